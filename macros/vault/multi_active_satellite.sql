{#- The rows to insert into a multi-active satellite, of which a key has several at once. What a key
    was delivered with at one instant is a set; a set with another member, or one less, than the set
    before it is stored whole. Child keys tell the members apart. -#}
{% macro multi_active_satellite(hash_key, child_keys, attributes, source) %}
{%- set columns = [hash_key, 'change_hash'] + child_keys + attributes
    + ['record_source', 'effective_at', 'loaded_at', 'load_id'] -%}
with

{{ timeline(hash_key, 'change_hash', columns, source, child_keys) }},

deliveries as (

    select
        *,
        max(case when is_stored then 1 else 0 end) over (
            partition by {{ hash_key }}, effective_at
        ) as is_partly_stored
    from timeline

),

{{ multi_active_sets(
    hash_key, child_keys, 'deliveries', 'is_stored desc, load_id, row_number'
) }}

select
    members.{{ columns | join(',\n    members.') }}
from members
inner join compared
    on members.{{ hash_key }} = compared.{{ hash_key }}
        and members.effective_at = compared.effective_at
where not members.is_stored
    and (set_hash is distinct from previous_set_hash or members.is_partly_stored = 1)
{% endmacro %}
