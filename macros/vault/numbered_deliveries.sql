{#- The deliveries of each scope numbered along time, and which keys each held: CTEs `deliveries` and
    `seen`, from `keys`. -#}
{% macro numbered_deliveries(hash_key) -%}
deliveries as (

    select
        scope,
        effective_at,
        min({{ by_code_point('record_source') }}) as record_source,
        min(loaded_at) as loaded_at,
        min(load_id) as load_id,
        row_number() over (partition by scope order by effective_at) as number
    from keys
    group by scope, effective_at

),

seen as (

    select
        keys.*,
        deliveries.number,
        lag(deliveries.number) over key_in_time as previous_number,
        lead(deliveries.number) over key_in_time as next_number
    from keys
    inner join deliveries
        on keys.scope = deliveries.scope and keys.effective_at = deliveries.effective_at
    window key_in_time as (partition by keys.{{ hash_key }} order by keys.effective_at)

)
{%- endmacro %}
