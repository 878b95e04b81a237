{#- Which keys each full delivery from the first new one on held and which it left out: CTEs that end in
    `seen`. What takes effect at one instant is one delivery, in however many drops it came. It leaves
    out keys told before that begin in a stretch of time that it tells. -#}
{% macro keys_in_deliveries(hash_key, scoped, stretches) -%}
told_keys as (

    select
        {{ hash_key }},
        scope,
        effective_at,
        lead(effective_at) over (partition by {{ hash_key }} order by effective_at) as next_told_at,
        min(from_at) as from_at,
        min({{ by_code_point('record_source') }}) as record_source,
        min(loaded_at) as loaded_at,
        min(load_id) as load_id
    from {{ scoped }}
    group by {{ hash_key }}, scope, effective_at

),

seen as (

    select
        told_keys.{{ hash_key }},
        stretches.effective_at,
        told_keys.effective_at = stretches.effective_at as is_held,
        {%- for column in ['record_source', 'loaded_at', 'load_id'] %}
        case
            when told_keys.effective_at < stretches.effective_at then stretches.{{ column }}
            else told_keys.{{ column }}
        end as {{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from told_keys
    inner join {{ stretches }} as stretches
        on told_keys.scope = stretches.scope
            and told_keys.from_at >= stretches.from_at
            and told_keys.from_at < stretches.until_at
            and told_keys.effective_at <= stretches.effective_at
            and coalesce(told_keys.next_told_at > stretches.effective_at, true)

)
{%- endmacro %}
