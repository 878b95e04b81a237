{#- A record tracking satellite along time: one row per key and stretch over which the deliveries held
    it, or didn't (is_deleted). A key that came in a later drop of a delivery was never missing from it. -#}
{% macro record_tracking_history(hash_key, satellite) %}
with

told as (

    select * from {{ satellite }} as stored
    where not stored.is_deleted or not exists (
        select 1 from {{ satellite }} as seen
        where seen.{{ hash_key }} = stored.{{ hash_key }}
            and seen.effective_at = stored.effective_at
            and not seen.is_deleted
    )

),

{{ history(hash_key, 'is_deleted', [hash_key, 'is_deleted'], 'told') }}
{% endmacro %}
