{#- Which keys a source's full deliveries held, numbered along time, from the last delivery before those
    of new loads on: CTEs `first_new`, `deliveries` and `seen`. What takes effect at one instant is one
    delivery, in however many drops it came. -#}
{% macro seen_in_deliveries(hash_key, source) -%}
{%- set first_load = 'min(record_source) as record_source, min(loaded_at) as loaded_at, '
    ~ 'min(load_id) as load_id' -%}
first_new as (

    select min(effective_at) as effective_at from {{ source }}
    where {{ in_new_loads('load_id') }}

),

last_before as (

    select max(effective_at) as effective_at from {{ source }}
    where {{ in_loads_so_far('load_id') }}
        and effective_at < (select first_new.effective_at from first_new)

),

keys as (

    select {{ hash_key }}, effective_at, {{ first_load }} from {{ source }}
    where {{ in_loads_so_far('load_id') }} and effective_at >= coalesce(
        (select last_before.effective_at from last_before),
        (select first_new.effective_at from first_new)
    )
    group by {{ hash_key }}, effective_at

),

deliveries as (

    select effective_at, {{ first_load }}, row_number() over (order by effective_at) as number
    from keys
    group by effective_at

),

seen as (

    select
        keys.*,
        deliveries.number,
        lag(deliveries.number) over key_in_time as previous_number,
        lead(deliveries.number) over key_in_time as next_number
    from keys
    inner join deliveries on keys.effective_at = deliveries.effective_at
    window key_in_time as (partition by keys.{{ hash_key }} order by keys.effective_at)

)
{%- endmacro %}
