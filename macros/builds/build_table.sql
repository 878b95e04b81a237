{#- The table that keeps the builds' own records: builds, build_fingerprints or progress. -#}
{% macro build_table(name) -%}
    {{- layer_table('vault', name) -}}
{%- endmacro %}
