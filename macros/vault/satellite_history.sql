{#- A satellite as a timeline: one row per key and stretch of time over which its attributes held, rows
    that a later delivery has made repeats left out. -#}
{% macro satellite_history(hash_key, attributes, satellite) %}
with

compared as (

    select
        *,
        lag(change_hash) over (
            partition by {{ hash_key }} order by effective_at, change_hash
        ) as previous_change_hash
    from {{ satellite }}

)

select
    {{ hash_key }},
    change_hash,
    {{ attributes | join(',\n    ') }},
    record_source,
    effective_at as valid_from_at,
    lead(effective_at) over (
        partition by {{ hash_key }} order by effective_at, change_hash
    ) as valid_to_at,
    load_id
from compared
where change_hash is distinct from previous_change_hash
{% endmacro %}
