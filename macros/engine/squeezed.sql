{#- A text with each run of spaces made one. -#}
{% macro squeezed(text) -%}
    {{- adapter.dispatch('squeezed')(text) -}}
{%- endmacro %}

{% macro default__squeezed(text) -%}
    regexp_replace({{ text }}, ' +', ' ', 'g')
{%- endmacro %}

{% macro spark__squeezed(text) -%}
    regexp_replace({{ text }}, ' +', ' ')
{%- endmacro %}
