{#- What defines each model, as a dict of model id to hash: its SQL, the macros and vars that it
    uses, its columns, and in turn everything that it is built from (models, seeds, feeds). -#}
{% macro fingerprints() %}
    {%- set known = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- do fingerprint(node.unique_id, known) -%}
    {%- endfor -%}
    {{ return(known) }}
{% endmacro %}
