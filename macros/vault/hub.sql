{#- The rows to insert into a hub: business keys that it does not hold yet, each with its first
    load. Where several sources bring a key in one load, the first by name is its record source. -#}
{% macro hub(hash_key, business_keys, sources) %}
    {{- link(hash_key, business_keys, sources) -}}
{% endmacro %}
