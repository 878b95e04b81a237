{#- What a source's deliveries said so far, and the first new one of each scope: CTEs `scoped` and
    `first_new`. Without `scope` a delivery tells the whole of the feed, for all time. -#}
{% macro deliveries_in_scope(hash_key, source, scope=none, from_at=none, until_at=none) -%}
scoped as (

    select
        {{ hash_key }},
        record_source,
        effective_at,
        loaded_at,
        load_id,
        {{ in_new_loads('load_id') }} as is_new,
        {{ scope or "'feed'" }} as scope,
        {{ from_at or beginning_of_time() }} as from_at,
        {{ until_at or 'cast(' ~ end_of_time() ~ ' as timestamp)' }} as until_at
    from {{ source }}
    where {{ in_loads_so_far('load_id') }}

),

first_new as (

    select
        scope,
        min(effective_at) as effective_at
    from scoped
    where is_new
    group by scope

)
{%- endmacro %}
