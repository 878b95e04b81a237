{#- The broadcast dates that loads new to a model touch, as a list, each widened by a number of
    days. -#}
{% macro affected_dates(affected, model_id, days_before=0, days_after=0) %}
    {%- set dates = query_values(
        "select distinct broadcast_date from " ~ affected
        ~ " where load_id > " ~ progress_of(model_id) ~ " and load_id <= " ~ as_of_load()
    ) -%}
    {%- set widened = [] -%}
    {%- for date in dates -%}
        {%- for days in range(-days_before, days_after + 1) -%}
            {%- do widened.append(date + modules.datetime.timedelta(days=days)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(widened | unique | sort) }}
{% endmacro %}
