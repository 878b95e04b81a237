{#- Which keys a source's full deliveries held, numbered along time, from the last one before those of
    new loads on: CTEs `first_new`, `deliveries` and `seen`. What takes effect at one instant is one
    delivery, in however many drops it came. -#}
{% macro seen_in_deliveries(hash_key, source) -%}
first_new as (

    select min(effective_at) as effective_at from {{ source }}
    where {{ in_new_loads('load_id') }}

),

keys as (

    select
        {{ hash_key }},
        effective_at,
        min({{ by_code_point('record_source') }}) as record_source,
        min(loaded_at) as loaded_at,
        min(load_id) as load_id
    from {{ source }}
    where {{ in_loads_so_far('load_id') }} and effective_at >= (
        select coalesce(max(earlier.effective_at), min(first_new.effective_at))
        from first_new
        left join {{ source }} as earlier
            on first_new.effective_at > earlier.effective_at
                and {{ in_loads_so_far('earlier.load_id') }}
    )
    group by {{ hash_key }}, effective_at

),

deliveries as (

    select
        effective_at,
        min({{ by_code_point('record_source') }}) as record_source,
        min(loaded_at) as loaded_at,
        min(load_id) as load_id,
        row_number() over (order by effective_at) as number
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
