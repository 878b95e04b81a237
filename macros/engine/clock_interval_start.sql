{#- When the stretch of the clock that an instant is in began: stretches of so many seconds, counted
    from 1970 in UTC. -#}
{% macro clock_interval_start(instant, seconds) -%}
    {{- adapter.dispatch('clock_interval_start')(instant, seconds) -}}
{%- endmacro %}

{% macro duckdb__clock_interval_start(instant, seconds) -%}
    time_bucket(to_seconds({{ seconds }}), {{ instant }}, timestamp '1970-01-01')
{%- endmacro %}

{% macro postgres__clock_interval_start(instant, seconds) -%}
    date_bin({{ seconds }} * interval '1 second', {{ instant }}, timestamp '1970-01-01')
{%- endmacro %}

{% macro spark__clock_interval_start(instant, seconds) -%}
    timestamp_seconds(unix_seconds({{ instant }}) div {{ seconds }} * {{ seconds }})
{%- endmacro %}
