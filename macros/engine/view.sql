{#- A view that is replaced in place, so that the views on it stay. dbt's own way renames the old one
    and drops it with all that depends on it, and so half the graph until each view is made again. -#}
{% materialization view, adapter='postgres' %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing_relation is not none and not existing_relation.is_view -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target_relation, sql) }}
    {%- endcall -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Only where its columns have become others must the old one go, and what depends on it. Who reads
    the view is waited for in turns of two seconds: whoever comes to read it meanwhile queues behind. -#}
{% macro postgres__create_view_as(relation, sql) %}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- set create -%}
execute $definition$create or replace view {{ relation }} as (
{{ sql }}
)$definition$;
    {%- endset -%}
do $create$ declare
is_another boolean := false;
begin
set local lock_timeout = '2s';
for turn in 1..150 loop begin
    if is_another then
        perform pg_advisory_xact_lock({{ lock_key('drops') }});
        drop view {{ relation }} cascade;
    end if;
    {{ create }}
    exit;
exception when invalid_table_definition then
    is_another := true;
when lock_not_available then
    if turn = 150 then raise; end if;
    perform pg_sleep(2);
end; end loop;
set local lock_timeout to default;
end $create$
{% endmacro %}
