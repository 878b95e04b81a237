{#- A condition: a slot of the schedule ends after it has begun, and isn't longer than the longest day. -#}
{% macro is_slot(started_at, ended_at) -%}
    {{ ended_at }} > {{ started_at }} and {{ ended_at }} <= {{ add_seconds(started_at, 90000) }}
{%- endmacro %}
