{#- A statement that makes the table of progress where there is none: how far each model has come, and by
    which definition; of a seed which content is loaded. -#}
{% macro create_progress() %}
create table if not exists {{ build_table('progress') }} (
    model text primary key,
    as_of_load bigint,
    fingerprint text
);
{% endmacro %}
