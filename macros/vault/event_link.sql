{#- The rows to insert into an event link: events that it does not hold yet, as first delivered.
    Looks for them only within the event dates of the batch, so that a day costs a day; and for
    repeats by key alone, as sorting whole rows would take the disk. `identity` names the columns that the
    hash key is made of: where it takes long to make, repeats are found by these in half the time. -#}
{% macro event_link(hash_key, columns, source, events='true', identity=none) %}
with

repeats as (

    select
        load_id,
        row_number
    from (
        select
            load_id,
            row_number,
            row_number() over (
                partition by {{ (identity or [hash_key]) | join(', ') }}, event_date
                order by load_id, row_number
            ) as delivery
        from {{ source }}
        where {{ in_new_loads('load_id') }} and {{ events }}
    ) as numbered
    where delivery > 1

)

select
    delivered.{{ hash_key }},
    delivered.{{ columns | join(',\n    delivered.') }},
    delivered.record_source,
    delivered.event_date,
    delivered.loaded_at,
    delivered.load_id
from {{ source }} as delivered
where {{ in_new_loads('delivered.load_id') }} and {{ events }}
    and not exists (
        select 1 from repeats
        where repeats.load_id = delivered.load_id and repeats.row_number = delivered.row_number
    )
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.{{ hash_key }} = delivered.{{ hash_key }}
            and stored.event_date is not distinct from delivered.event_date
            and {{ in_dates('stored.event_date', new_event_dates(source)) }}
    )
{% endif %}
{% endmacro %}
