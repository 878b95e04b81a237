{#- The key of one of PostgreSQL's advisory locks: `build` is held by whoever builds or publishes
    through Audience Vault, `models` while a model is made, `drops` while a table is dropped. -#}
{% macro lock_key(name) -%}
    hashtextextended('audience-vault {{ name }} of {{ layer_schema("raw") }}', 0)
{%- endmacro %}
