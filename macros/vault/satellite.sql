{#- The rows to insert into a satellite: each change of a key's attributes along effective_at. A late
    row takes its place, and the value after it is re-instated. -#}
{% macro satellite(hash_key, attributes, source) %}
    {{- changes(hash_key, 'change_hash', [hash_key, 'change_hash'] + attributes, source) -}}
{% endmacro %}
