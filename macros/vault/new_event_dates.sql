{#- The event dates of a source's rows in the loads that are new to this model, as a list. -#}
{% macro new_event_dates(source) %}
    {{ return(query_values(
        "select distinct event_date from " ~ source
        ~ " where " ~ in_new_loads('load_id') ~ " order by event_date"
    )) }}
{% endmacro %}
