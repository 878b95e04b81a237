{#- Whether a record tracking satellite's last delivery before the new ones that told of a key held it: CTE
    `held_before`, of the rows with place 1. Where a key is both left out and held at one instant, a
    later drop of that delivery held it. -#}
{% macro keys_held_before(hash_key, told_keys, first_new) -%}
held_before as (

    select
        stored.{{ hash_key }},
        not stored.is_deleted as is_held,
        row_number() over (
            partition by stored.{{ hash_key }}
            order by stored.effective_at desc, stored.is_deleted
        ) as place
    from {{ this }} as stored
    inner join {{ told_keys }} as told_keys on stored.{{ hash_key }} = told_keys.{{ hash_key }}
    inner join {{ first_new }} as first_new on told_keys.scope = first_new.scope
    where stored.effective_at < first_new.effective_at

)
{%- endmacro %}
