{#- Statements at a build's start, where plans follow statistics: brings those of the raw tables up to
    date with what was loaded since, and their indexes by block, which skip none before. -#}
{% macro analyze_raw() -%}
    {{- adapter.dispatch('analyze_raw')() -}}
{%- endmacro %}

{% macro default__analyze_raw() -%}
{%- endmacro %}

{% macro postgres__analyze_raw() -%}
    {%- for name in query_values(
        "select relname from pg_stat_user_tables where n_mod_since_analyze > 0"
        ~ " and schemaname = '" ~ layer_schema('raw') ~ "'"
    ) %}
analyze {{ layer_table('raw', name) }};
    {%- endfor %}
select sum(brin_summarize_new_values(indexes.oid))
from pg_class as indexes
inner join pg_am as methods on methods.oid = indexes.relam
where methods.amname = 'brin'
    and indexes.relnamespace = '{{ layer_schema('raw') }}'::regnamespace
    and pg_has_role(indexes.relowner, 'usage');
{%- endmacro %}
