{#- The first column that a query returns at compile time, as a list; empty while dbt parses. -#}
{% macro query_values(query) %}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}
