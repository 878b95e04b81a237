{#- After a model is built, where plans follow statistics: brings them up to date if rows were written.
    What they don't know of yet, a new date say, PostgreSQL takes for a single row. -#}
{% macro analyze_model() -%}
    {{- adapter.dispatch('analyze_model')() if execute -}}
{%- endmacro %}

{% macro default__analyze_model() -%}
{%- endmacro %}

{% macro postgres__analyze_model() -%}
    {%- if config.get('materialized') != 'view' -%}
do $analyze$ begin
    if exists (
        select from pg_stat_xact_user_tables
        where relid = '{{ this }}'::regclass and n_tup_ins + n_tup_del > 0
    ) then
        analyze {{ this }};
    end if;
end $analyze$
    {%- endif -%}
{%- endmacro %}
