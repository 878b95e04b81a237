{#- The schema of a layer, named exactly as configured, after the optional prefix that gives
    developers room. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- layer_schema(custom_schema_name or target.schema) -}}
{%- endmacro %}
