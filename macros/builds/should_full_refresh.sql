{#- Overrides dbt's own: an incremental model is also built whole when its definition has changed. -#}
{% macro should_full_refresh() %}
    {{ return(flags.FULL_REFRESH or (is_build() and model_is_stale(model.unique_id))) }}
{% endmacro %}
