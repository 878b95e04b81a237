{#- The rows of a staging CTE with what is made of one of their texts: the caller gives the query
    that adds columns to the relation that it is given. -#}
{% macro once_for_each_text(rows, source, text) %}
    {{- adapter.dispatch('once_for_each_text')(rows, source, text, caller) -}}
{% endmacro %}

{% macro default__once_for_each_text(rows, source, text, query) %}
    {{- query(rows) -}}
{% endmacro %}

{#- Names repeat in millions of rows: to make it of each text of a load and join them takes a seventh of
    the time. DuckDB takes a filter by load to both sides of the join. -#}
{% macro duckdb__once_for_each_text(rows, source, text, query) %}
select
    {{ rows }}.*,
    texts.* exclude (_load_id, {{ text }})
from {{ rows }}
left join (
    {{ query('(select distinct _load_id, ' ~ text ~ ' from ' ~ source ~ ') as distinct_texts') }}
) as texts
    on {{ rows }}._load_id = texts._load_id
        and {{ rows }}.{{ text }} is not distinct from texts.{{ text }}
{% endmacro %}
