{#- The longest stay, in seconds, that any reach threshold asks for: how far reach looks across the
    border of a date. -#}
{% macro reach_horizon_seconds() -%}
    {{- [var('reach_minutes'), 15] | max * 60 -}}
{%- endmacro %}
