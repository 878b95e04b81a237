{#- A condition: the event's date is one of those over which the delivered sessions last that begin on
    an affected date. Written out, so that every engine skips what it need not read. -#}
{% macro in_session_dates(column, session_activity) -%}
    {%- if execute and is_incremental() and is_build() and model.resource_type != 'unit_test' -%}
        {%- set begun = in_affected_dates('cast(first_event_at as date)', 1, 2) -%}
        {%- set dates = "select cast(%s as date) from " ~ session_activity ~ " where " ~ begun -%}
        {%- set first_date = query_value(dates % "min(first_event_at)") -%}
        {%- set last_date = query_value(dates % "max(last_event_at)") -%}
        {{ column }} between date '{{ first_date or '1900-01-01' }}'
            and date '{{ last_date or '1900-01-01' }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
