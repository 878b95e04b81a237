{#- A condition: the text is ASCII only. -#}
{% macro is_ascii(text) -%}
    {{- adapter.dispatch('is_ascii')(text) -}}
{%- endmacro %}

{% macro default__is_ascii(text) -%}
    octet_length({{ text }}) = length({{ text }})
{%- endmacro %}

{% macro duckdb__is_ascii(text) -%}
    strlen({{ text }}) = length({{ text }})
{%- endmacro %}
