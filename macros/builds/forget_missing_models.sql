{#- A statement that forgets the progress of the models whose table or view isn't there: dropped by
    hand, or with what it was made on. -#}
{% macro forget_missing_models() %}
    {%- set present = present_tables() -%}
    {%- set missing = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model'
        and node.schema ~ '.' ~ node.alias not in present -%}
        {%- do missing.append(node.unique_id) -%}
    {%- endfor %}
update {{ build_table('progress') }} set as_of_load = 0, fingerprint = null
where model in ('{{ missing | join("', '") }}');
{% endmacro %}
