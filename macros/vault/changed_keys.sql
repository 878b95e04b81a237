{#- The keys of a satellite whose timeline the rows in new loads change, as a query. -#}
{% macro changed_keys(hash_key, source) -%}
with

delivered as (

    select
        {{ hash_key }},
        change_hash,
        effective_at
    from {{ source }}
    where {{ in_new_loads('load_id') }}

),

timeline as (

    select
        delivered.*,
        true as is_delivered
    from delivered
    union all
    select
        stored.{{ hash_key }},
        stored.change_hash,
        stored.effective_at,
        false as is_delivered
    from {{ this }} as stored
    where stored.{{ hash_key }} in (select delivered.{{ hash_key }} from delivered)

),

compared as (

    select
        *,
        lag(change_hash) over (
            partition by {{ hash_key }} order by effective_at, change_hash, is_delivered
        ) as previous_change_hash
    from timeline

)

select {{ hash_key }} from compared
where is_delivered and change_hash is distinct from previous_change_hash
{%- endmacro %}
