{#- Overrides dbt's own: builds an incremental model whole also when its definition has changed. -#}
{% macro should_full_refresh() %}
    {{ return(flags.FULL_REFRESH or (is_build() and model_is_stale(model.unique_id))) }}
{% endmacro %}
