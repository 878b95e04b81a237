{#- The tables and views of the database, as a list of schema and name joined by a dot. -#}
{% macro present_tables() %}
    {{ return(query_values(
        "select table_schema || '.' || table_name from information_schema.tables"
    )) }}
{% endmacro %}
