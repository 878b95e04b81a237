{#- The seconds from midnight to the wall-clock time at which a broadcast date begins, from var
    broadcast_day_start.. A value
    without a colon gets one here, and is refused by name when the build starts -#}
{% macro broadcast_day_start_seconds() -%}
    {%- set parts = ((var('broadcast_day_start') | string) ~ ':0').split(':') -%}
    {{- parts[0] | int * 3600 + parts[1] | int * 60 -}}
{%- endmacro %}
