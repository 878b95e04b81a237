{#- The rows of a model's relation that a test reads, as a subquery: within a build those that the
    build made or could have changed, so that tests don't cost the history; in `dbt test` by itself
    all of them. -#}
{% macro rows_to_test(relation) -%}
    {%- set conditions = [config.get('where') or 'true'] -%}
    {%- if execute and is_build() -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.alias == relation.identifier -%}
            {%- do conditions.append(touched_by_build(node, relation)) -%}
        {%- endfor -%}
    {%- endif -%}
    (select * from {{ relation }} where {{ conditions | select | join(' and ') }})
{%- endmacro %}
