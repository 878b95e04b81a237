{#- Overrides dbt-spark's own, for the strategies by_affected_dates and replace: Parquet has no delete,
    so that a date's rows go with its partition. -#}
{% macro get_insert_overwrite_sql(source_relation, target_relation, existing_relation) %}
    {%- set columns = adapter.get_columns_in_relation(target_relation)
        | map(attribute='quoted') | join(', ') -%}
    {%- if config.get('incremental_strategy') == 'by_affected_dates' and is_build() -%}
        {%- set days_after = config.get('meta', {}).get('days_after', 0) -%}
        {%- for date in affected_dates(
            ref('affected_dates'), model.unique_id, days_after=days_after
        ) -%}
            {%- do run_query(
                "alter table " ~ target_relation
                ~ " drop if exists partition (broadcast_date = date '" ~ date ~ "')"
            ) -%}
        {%- endfor -%}
        insert into table {{ target_relation }} select {{ columns }} from {{ source_relation }}
    {%- else -%}
        insert overwrite table {{ target_relation }} select {{ columns }} from {{ source_relation }}
    {%- endif -%}
{% endmacro %}
