{#- The broadcast dates that loads new to a model touch, as a list, each widened by a number of days,
    and by those after it that the model's meta rebuilt_days_after says a date reaches into. -#}
{% macro affected_dates(affected, model_id, days_before=0, days_after=0) %}
    {%- set dates = query_values(
        "select distinct broadcast_date from " ~ affected
        ~ " where load_id > " ~ progress_of(model_id) ~ " and load_id <= " ~ as_of_load()
    ) -%}
    {%- set node = graph.nodes.get(model_id) -%}
    {%- set days_reached = node.config.meta.get('rebuilt_days_after', 0) if node else 0 -%}
    {%- set widened = [] -%}
    {%- for date in dates -%}
        {%- for days in range(-days_before, days_reached + days_after + 1) -%}
            {%- do widened.append(date + modules.datetime.timedelta(days=days)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(widened | unique | sort) }}
{% endmacro %}
