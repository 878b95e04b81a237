{#- Overrides dbt-spark's own, which knows no strategies but its: ours are forms of insert_overwrite. -#}
{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) %}
    {{ return({
        'append': 'append', 'by_affected_dates': 'insert_overwrite', 'replace': 'insert_overwrite'
    }[raw_strategy]) }}
{% endmacro %}
