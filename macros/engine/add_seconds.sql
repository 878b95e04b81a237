{#- An instant moved by a number of seconds (negative: earlier), to the microsecond. -#}
{% macro add_seconds(instant, seconds) -%}
    {{- adapter.dispatch('add_seconds')(instant, seconds) -}}
{%- endmacro %}

{% macro default__add_seconds(instant, seconds) -%}
    {{ instant }} + ({{ seconds }}) * interval '1 second'
{%- endmacro %}

{% macro duckdb__add_seconds(instant, seconds) -%}
    {{ instant }} + to_seconds({{ seconds }})
{%- endmacro %}
