{#- A table of a layer that no model makes: the raw ledger, or the builds' own records. -#}
{% macro layer_table(layer, name) -%}
    {{- api.Relation.create(
        database=target.database or none, schema=layer_schema(layer), identifier=name
    ) -}}
{%- endmacro %}
