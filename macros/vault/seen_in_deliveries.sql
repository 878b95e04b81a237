{#- Which keys a source's full deliveries held, numbered along time, from the last one before those of
    new loads on: CTEs `first_new`, `deliveries` and `seen`. What takes effect at one instant is one
    delivery, in however many drops it came; it is the whole of the scopes that it names, or of the feed. -#}
{% macro seen_in_deliveries(hash_key, source, scope=none) -%}
scoped as (

    select
        {{ hash_key }},
        record_source,
        effective_at,
        loaded_at,
        load_id,
        {{ scope or "'feed'" }} as scope
    from {{ source }}
    where {{ in_loads_so_far('load_id') }}

),

first_new as (

    select
        scope,
        min(effective_at) as effective_at
    from scoped
    where {{ in_new_loads('load_id') }}
    group by scope

),

since as (

    select
        first_new.scope,
        coalesce(max(earlier.effective_at), first_new.effective_at) as effective_at
    from first_new
    left join scoped as earlier
        on first_new.scope = earlier.scope and first_new.effective_at > earlier.effective_at
    group by first_new.scope, first_new.effective_at

),

keys as (

    select
        scoped.scope,
        scoped.{{ hash_key }},
        scoped.effective_at,
        min({{ by_code_point('scoped.record_source') }}) as record_source,
        min(scoped.loaded_at) as loaded_at,
        min(scoped.load_id) as load_id
    from scoped
    inner join since
        on scoped.scope = since.scope and scoped.effective_at >= since.effective_at
    group by scoped.scope, scoped.{{ hash_key }}, scoped.effective_at

),

{{ numbered_deliveries(hash_key) }}
{%- endmacro %}
