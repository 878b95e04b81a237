{#- The rows to insert into a multi-active satellite, of which a key has several at once. What a key
    was delivered with at one instant is a set; a set with another member, or one less, than the set
    before it is stored whole. Child keys tell the members apart. -#}
{% macro multi_active_satellite(hash_key, child_keys, attributes, source) %}
{%- set columns = [hash_key, 'change_hash'] + child_keys + attributes
    + ['record_source', 'effective_at', 'loaded_at', 'load_id'] -%}
with

{{ timeline(hash_key, 'change_hash', columns, source) }},

members as (

    select
        *,
        row_number() over (
            partition by {{ hash_key }}, effective_at, change_hash
            order by is_stored desc, load_id, row_number
        ) as delivery
    from timeline

),

sets as (

    select
        {{ hash_key }},
        effective_at,
        {{ hash_text(joined_in_order('change_hash')) }} as set_hash,
        max(case when is_stored then 1 else 0 end) as is_partly_stored
    from members
    where delivery = 1
    group by {{ hash_key }}, effective_at

),

compared as (

    select
        *,
        lag(set_hash) over (partition by {{ hash_key }} order by effective_at) as previous_set_hash
    from sets

)

select
    members.{{ columns | join(',\n    members.') }}
from members
inner join compared
    on members.{{ hash_key }} = compared.{{ hash_key }}
        and members.effective_at = compared.effective_at
where members.delivery = 1
    and not members.is_stored
    and (compared.set_hash is distinct from previous_set_hash or compared.is_partly_stored = 1)
{% endmacro %}
