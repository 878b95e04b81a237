{#- Whether a model must be built whole: never finished by its present definition, or a full refresh
    is asked for. -#}
{% macro model_is_stale(model_id) %}
    {{ return(flags.FULL_REFRESH or query_value(
        "select fingerprint from " ~ build_table('progress') ~ " where model = '" ~ model_id ~ "'"
    ) is none) }}
{% endmacro %}
