{#- The broadcast dates that loads new to a model touch, as a list, each widened by the model's own
    meta days_before and days_after, and by as many days more as are asked for. -#}
{% macro affected_dates(affected, model_id, days_before=0, days_after=0) %}
    {%- set dates = query_values(
        "select distinct broadcast_date from " ~ affected
        ~ " where load_id > " ~ progress_of(model_id) ~ " and load_id <= " ~ as_of_load()
    ) -%}
    {%- set own = graph.nodes[model_id].config.meta -%}
    {%- set first = -days_before - own.get('days_before', 0) -%}
    {%- set last = days_after + own.get('days_after', 0) -%}
    {%- set widened = [] -%}
    {%- for date in dates -%}
        {%- for days in range(first, last + 1) -%}
            {%- do widened.append(date + modules.datetime.timedelta(days=days)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(widened | unique | sort) }}
{% endmacro %}
