{#- The last load that a model holds, 0 when it must be built whole. -#}
{% macro progress_of(model_id) %}
    {%- if not is_build() or model_is_stale(model_id) -%}
        {{ return(0) }}
    {%- endif -%}
    {{ return(query_value(
        "select as_of_load from " ~ build_table('progress') ~ " where model = '" ~ model_id ~ "'"
    )) }}
{% endmacro %}
