{#- A satellite along time: one row per key and stretch over which its attributes held; the
    last, is_current, holds now. Rows that a late delivery has made repeats are left out. -#}
{% macro satellite_history(hash_key, attributes, satellite) %}
with

{{ history(hash_key, 'change_hash', [hash_key, 'change_hash'] + attributes, satellite) }}
{% endmacro %}
