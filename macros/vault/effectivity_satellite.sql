{#- The rows to insert into the effectivity satellite of a link: each move of its driving key to
    another partner along effective_at. A move ends what held before, so no end is stored; a driving key
    that has no partner any more moves to the ghost. -#}
{% macro effectivity_satellite(hash_key, driving_key, partner_key, source) %}
    {{- changes(driving_key, partner_key, [driving_key, partner_key, hash_key], source) -}}
{% endmacro %}
