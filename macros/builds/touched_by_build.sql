{#- The condition for the rows of a model that this build made or could have changed; none where it
    must be read whole. -#}
{% macro touched_by_build(node, relation) %}
    {%- if node.config.incremental_strategy == 'replace' or node.config.materialized == 'table'
        or model_is_stale(node.unique_id) -%}
        {{ return(none) }}
    {%- elif 'broadcast_date' in node.columns -%}
        {{ return(in_dates('broadcast_date', affected_dates(
            layer_table('vault', 'affected_dates'), node.unique_id
        ))) }}
    {%- elif 'event_date' in node.columns -%}
        {{ return(in_dates('event_date', query_values(
            "select distinct event_date from " ~ relation
            ~ " where load_id > " ~ progress_of(node.unique_id)
        ))) }}
    {%- elif 'load_id' in node.columns and node.config.materialized == 'view' -%}
        {{ return("load_id > " ~ progress_of(node.unique_id)) }}
    {%- endif -%}
    {{ return(none) }}
{% endmacro %}
