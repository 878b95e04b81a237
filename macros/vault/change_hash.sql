{#- The hash that tells whether a satellite's attributes, given as text expressions, have changed;
    never null. -#}
{% macro change_hash(parts) -%}
    {{ hash_key(["'attributes'"] + parts) }}
{%- endmacro %}
