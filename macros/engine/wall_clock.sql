{#- The wall-clock reading (timestamp without zone) of a UTC instant in an IANA time zone. -#}
{% macro wall_clock(instant, zone) -%}
    {{- adapter.dispatch('wall_clock')(instant, zone) -}}
{%- endmacro %}

{% macro default__wall_clock(instant, zone) -%}
    timezone('{{ zone }}', timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__wall_clock(instant, zone) -%}
    from_utc_timestamp({{ instant }}, '{{ zone }}')
{%- endmacro %}
