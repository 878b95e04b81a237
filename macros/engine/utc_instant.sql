{#- The UTC instant of a wall-clock reading in an IANA time zone. -#}
{% macro utc_instant(reading, zone) -%}
    {{- adapter.dispatch('utc_instant')(reading, zone) -}}
{%- endmacro %}

{% macro default__utc_instant(reading, zone) -%}
    {%- if zone == 'UTC' -%}
        {{ reading }}
    {%- else -%}
        timezone('UTC', timezone('{{ zone }}', {{ reading }}))
    {%- endif -%}
{%- endmacro %}

{% macro spark__utc_instant(reading, zone) -%}
    to_utc_timestamp({{ reading }}, '{{ zone }}')
{%- endmacro %}
