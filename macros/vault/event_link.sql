{#- The rows to insert into an event link: events that it does not hold yet, as first delivered.
    Looks for them only within the event dates of the batch, so that a day costs a day. -#}
{% macro event_link(hash_key, columns, source, events='true') %}
with

delivered as (

    select
        {{ hash_key }},
        {{ columns | join(',\n        ') }},
        record_source,
        event_date,
        loaded_at,
        load_id,
        row_number() over (
            partition by {{ hash_key }}, event_date order by load_id, row_number
        ) as delivery
    from {{ source }}
    where {{ in_new_loads('load_id') }} and {{ events }}

)

select
    {{ hash_key }},
    {{ columns | join(',\n    ') }},
    record_source,
    event_date,
    loaded_at,
    load_id
from delivered
where delivery = 1
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.{{ hash_key }} = delivered.{{ hash_key }}
            and stored.event_date is not distinct from delivered.event_date
            and {{ in_dates('stored.event_date', new_event_dates(source)) }}
    )
{% endif %}
{% endmacro %}
