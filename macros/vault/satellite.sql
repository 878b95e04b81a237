{#- The rows to insert into a satellite: each change of a key's attributes along effective_at,
    whatever the order of delivery. Repeats of the value in effect are left out. Where a new row
    changes a key's timeline, the key's history is read again from its source, so that a late row
    takes its place and the value after it is re-instated. -#}
{% macro satellite(hash_key, attributes, source) %}
with

{% if is_incremental() %}
changed_keys as (

    {{ changed_keys(hash_key, source) | indent(4) }}

),

{% endif %}
history as (

    select
        *,
        row_number() over (
            partition by {{ hash_key }}, effective_at, change_hash order by load_id, row_number
        ) as delivery
    from {{ source }}
    where {{ in_loads_so_far('load_id') }}
        and {{ hash_key }} is not null
    {% if is_incremental() %}
        and {{ hash_key }} in (select {{ hash_key }} from changed_keys)
    {% endif %}

),

changes as (

    select
        *,
        lag(change_hash) over (
            partition by {{ hash_key }} order by effective_at, change_hash
        ) as previous_change_hash
    from history
    where delivery = 1

)

select
    {{ hash_key }},
    change_hash,
    {{ attributes | join(',\n    ') }},
    record_source,
    effective_at,
    loaded_at,
    load_id
from changes
where change_hash is distinct from previous_change_hash
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.{{ hash_key }} = changes.{{ hash_key }}
            and stored.effective_at = changes.effective_at
            and stored.change_hash = changes.change_hash
    )
{% endif %}
{% endmacro %}
