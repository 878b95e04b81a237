{#- The incremental strategy replace: the table holds what it is now, and nothing else. Unlike a
    model that is materialized as a table, it stays in place: PostgreSQL would drop the views on
    it. -#}
{% macro get_incremental_replace_sql(arg_dict) %}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    (select {{ columns }} from {{ arg_dict['temp_relation'] }})
{% endmacro %}
