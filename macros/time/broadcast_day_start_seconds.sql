{#- The seconds from midnight to the wall-clock time at which a broadcast date begins, from var
    broadcast_day_start. One without a colon can be read here; start_build refuses it by name. -#}
{% macro broadcast_day_start_seconds() -%}
    {%- set parts = ((var('broadcast_day_start') | string) ~ ':0').split(':') -%}
    {{- parts[0] | int * 3600 + parts[1] | int * 60 -}}
{%- endmacro %}
