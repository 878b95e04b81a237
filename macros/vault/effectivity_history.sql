{#- An effectivity satellite along time: one row per driving key and stretch over which it had one
    partner; the last, is_current, has it now. -#}
{% macro effectivity_history(hash_key, driving_key, partner_key, satellite) %}
with

{{ history(driving_key, partner_key, [driving_key, partner_key, hash_key], satellite) }}
{% endmacro %}
