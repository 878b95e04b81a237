{#- The last load that this build reads; none outside a build, where everything is read. -#}
{% macro as_of_load() %}
    {%- if not is_build() -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(query_value(
        "select as_of_load from " ~ build_table('builds') ~ " where build_id = '" ~ build_id() ~ "'"
    )) }}
{% endmacro %}
