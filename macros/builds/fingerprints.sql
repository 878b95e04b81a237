{#- What defines each model and seed, as a dict of its id to a hash: SQL, the macros and vars that it
    uses, its columns, and in turn everything that it is built from (models, seeds, feeds). -#}
{% macro fingerprints() %}
    {%- set known = {} -%}
    {%- set found = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') -%}
        {%- do found.update({node.unique_id: fingerprint(node.unique_id, known)}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
