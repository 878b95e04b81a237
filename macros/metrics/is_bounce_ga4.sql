{#- A condition: a session of this table is a bounce as Google Analytics 4 has it: not engaged, that is
    not longer than 10 seconds, without a key event and with less than two page views. -#}
{% macro is_bounce_ga4(session) -%}
    (
        {{ session }}.engaged_seconds <= 10
        and {{ session }}.key_events = 0
        and {{ session }}.page_views < 2
    )
{%- endmacro %}
