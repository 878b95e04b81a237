{#- A text to be ordered by code point, whatever the database's collation. -#}
{% macro by_code_point(text) -%}
    {{- adapter.dispatch('by_code_point')(text) -}}
{%- endmacro %}

{% macro default__by_code_point(text) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__by_code_point(text) -%}
    {{ text }} collate "C"
{%- endmacro %}
