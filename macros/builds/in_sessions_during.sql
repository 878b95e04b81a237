{#- A condition on the date on which a session began: the session can last into an affected date, or
    into one of so many before it. A computed one is over by the second date after it; of delivered ones
    that last longer all are read. -#}
{% macro in_sessions_during(column, session_activity, days_before=0) -%}
    {%- set days = (var('session_max_hours') / 24) | round(0, 'ceil') | int + 1 -%}
    {%- set condition = in_affected_dates(column, days_before=days + days_before) -%}
    {%- set dates = [] -%}
    {%- if execute and is_incremental() and is_build() and model.resource_type != 'unit_test' -%}
        {%- do dates.extend(affected_dates(
            ref('affected_dates'), model.unique_id, days_before
        )) -%}
    {%- endif -%}
    {%- set begun = none -%}
    {%- if dates -%}
        {%- set begun = query_value(
            "select min(cast(first_event_at as date)) from " ~ session_activity
            ~ " where cast(last_event_at as date) > cast(first_event_at as date) + " ~ (days - 1)
            ~ " and cast(last_event_at as date) >= date '" ~ dates[0] ~ "' - 1"
            ~ " and cast(first_event_at as date) <= date '" ~ dates[-1] ~ "' + 2"
        ) -%}
    {%- endif -%}
    {%- if begun -%}
        {%- set condition = condition ~ " or " ~ column ~ " between date '" ~ begun ~ "' - 1"
            ~ " and date '" ~ dates[-1] ~ "'" -%}
    {%- endif -%}
    ({{ condition }})
{%- endmacro %}
