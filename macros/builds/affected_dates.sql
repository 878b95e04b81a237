{#- The broadcast dates that loads new to a model touch, as a list, each widened by the model's own meta
    days_before and days_after and by as many more as are asked for; for a model of periods
    (meta.period, week or month) all dates of those that are touched. -#}
{% macro affected_dates(affected, model_id, days_before=0, days_after=0) %}
    {%- set dates = query_values(
        "select distinct broadcast_date from " ~ affected
        ~ " where load_id > " ~ progress_of(model_id) ~ " and load_id <= " ~ as_of_load()
    ) -%}
    {%- set a_day = modules.datetime.timedelta(days=1) -%}
    {%- set own = graph.nodes[model_id].config.meta -%}
    {%- set widened = [] -%}
    {%- for date in dates -%}
        {%- set first = date - (days_before + own.get('days_before', 0)) * a_day -%}
        {%- set last = date + (days_after + own.get('days_after', 0)) * a_day -%}
        {%- if own.get('period') == 'week' -%}
            {%- set first = date - date.weekday() * a_day -%}
            {%- set last = first + 6 * a_day -%}
        {%- elif own.get('period') == 'month' -%}
            {%- set first = date.replace(day=1) -%}
            {%- set last = (first + 31 * a_day).replace(day=1) - a_day -%}
        {%- endif -%}
        {%- for days in range((last - first).days + 1) -%}
            {%- do widened.append(first + days * a_day) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(widened | unique | sort) }}
{% endmacro %}
