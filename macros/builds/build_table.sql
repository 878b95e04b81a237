{#- The table that keeps the builds' own records: builds, build_fingerprints or progress. -#}
{% macro build_table(name) -%}
    {{- api.Relation.create(
        database=target.database, schema=layer_schema('vault'), identifier=name
    ) -}}
{%- endmacro %}
