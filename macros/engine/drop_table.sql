{#- Dropping a table drops the views on it: one thread at a time, as two that share views could each
    wait for the other. -#}
{% macro postgres__drop_table(relation) %}
    select pg_advisory_xact_lock({{ lock_key('drops') }});
    drop table if exists {{ relation }} cascade
{% endmacro %}
