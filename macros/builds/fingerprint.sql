{#- The hash of what defines one node; `known` holds those already worked out. -#}
{% macro fingerprint(node_id, known) %}
    {%- if node_id not in known -%}
        {%- set node = graph.nodes.get(node_id) or graph.sources[node_id] -%}
        {%- set parts = [node_id] -%}
        {%- if node.resource_type == 'seed' -%}
            {%- do parts.extend([node.checksum.checksum, node.config.column_types | tojson]) -%}
        {%- elif node.resource_type == 'source' -%}
            {%- do parts.append(node.config.meta | tojson) -%}
        {%- elif node.resource_type == 'model' -%}
            {%- set used = {} -%}
            {%- for macro_id in node.depends_on.macros -%}
                {%- do macros_used(macro_id, used) -%}
            {%- endfor -%}
            {%- set code = node.raw_code ~ used.values() | sort | join('\n') -%}
            {%- set settings = node.config -%}
            {%- do parts.extend([code, settings.materialized, settings.unique_key | string]) -%}
            {%- set names = modules.re.findall("\\bvar\\(\\s*['\"](\\w+)['\"]", code) -%}
            {%- for name in names | unique | sort -%}
                {%- do parts.append(name ~ '=' ~ var(name)) -%}
            {%- endfor -%}
            {%- for parent_id in node.depends_on.nodes | sort -%}
                {%- do parts.append(fingerprint(parent_id, known)) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for column in node.columns.values() -%}
            {%- do parts.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- do known.update({node_id: local_md5(parts | join('\n--\n'))}) -%}
    {%- endif -%}
    {{ return(known[node_id]) }}
{% endmacro %}
