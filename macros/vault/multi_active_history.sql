{#- A multi-active satellite along time: one row per member and stretch over which its key's set held.
    Sets that a late delivery has made repeats are left out. -#}
{% macro multi_active_history(hash_key, child_keys, attributes, satellite) %}
{%- set columns = [hash_key, 'change_hash'] + child_keys + attributes -%}
with

{{ multi_active_sets(hash_key, child_keys, satellite, 'load_id') }},

stretches as (

    select
        *,
        lead(effective_at) over (partition by {{ hash_key }} order by effective_at) as valid_to_at
    from compared
    where set_hash is distinct from previous_set_hash

)

select
    members.{{ columns | join(',\n    members.') }},
    members.record_source,
    stretches.valid_to_at is null as is_current,
    members.effective_at as valid_from_at,
    stretches.valid_to_at,
    members.load_id
from members
inner join stretches
    on members.{{ hash_key }} = stretches.{{ hash_key }}
        and members.effective_at = stretches.effective_at
{% endmacro %}
