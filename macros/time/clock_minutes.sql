{#- The minutes from midnight to a time on the clock, of a text as in 19:30. -#}
{% macro clock_minutes(time) -%}
    (cast(substr({{ time }}, 1, 2) as integer) * 60 + cast(substr({{ time }}, 4, 2) as integer))
{%- endmacro %}
