{#- The canonical text of an instant, equal on every engine: 2024-01-01T20:00:35.000000. -#}
{% macro instant_text(instant) -%}
    {{- adapter.dispatch('instant_text')(instant) -}}
{%- endmacro %}

{% macro duckdb__instant_text(instant) -%}
    strftime({{ instant }}, '%Y-%m-%dT%H:%M:%S.%f')
{%- endmacro %}

{% macro postgres__instant_text(instant) -%}
    to_char({{ instant }}, 'YYYY-MM-DD"T"HH24:MI:SS.US')
{%- endmacro %}

{% macro spark__instant_text(instant) -%}
    date_format({{ instant }}, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
{%- endmacro %}
