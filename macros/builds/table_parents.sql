{#- The models whose tables a node reads, directly or through views, as a list of ids. -#}
{% macro table_parents(node_id) %}
    {%- set parents = [] -%}
    {%- for parent_id in graph.nodes[node_id].depends_on.nodes if parent_id.startswith('model.') -%}
        {%- if graph.nodes[parent_id].config.materialized == 'view' -%}
            {%- do parents.extend(table_parents(parent_id)) -%}
        {%- else -%}
            {%- do parents.append(parent_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parents | unique | list) }}
{% endmacro %}
