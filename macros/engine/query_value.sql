{#- The first value that a query returns at compile time; none when it returns no row. -#}
{% macro query_value(query) %}
    {%- set values = query_values(query) -%}
    {{ return(values[0] if values else none) }}
{% endmacro %}
