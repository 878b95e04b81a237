{#- The rows to insert into a record tracking satellite: where a key is in a full delivery but was not in
    the one before it along effective_at, and the other way round (is_deleted). A delivery tells the whole
    of the feed, or, of each `scope`, of the stretches that its rows `from_at` .. `until_at` fill. -#}
{% macro record_tracking_satellite(hash_key, source, scope=none, from_at=none, until_at=none) %}
{%- set columns = [hash_key, 'record_source', 'is_deleted', 'effective_at', 'loaded_at', 'load_id'] -%}
{{- index([hash_key, 'effective_at'], include=['is_deleted']) -}}
with

{{ deliveries_in_scope(hash_key, source, scope, from_at, until_at) }},
{{ told_stretches('scoped', 'first_new') }},
{{ keys_in_deliveries(hash_key, 'scoped', 'stretches') }},
{% if is_incremental() %}
{{ keys_held_before(hash_key, 'told_keys', 'first_new') }},
{% endif %}
compared as (

    select
        seen.*,
        coalesce(
            lag(seen.is_held) over (partition by seen.{{ hash_key }} order by seen.effective_at),
            {{ 'held_before.is_held,' if is_incremental() }}
            false
        ) as was_held
    from seen
    {%- if is_incremental() %}
    left join held_before
        on seen.{{ hash_key }} = held_before.{{ hash_key }} and held_before.place = 1
    {%- endif %}

),

told as (

    select *, not is_held as is_deleted from compared
    where is_held <> was_held
        {%- if is_incremental() %}
        or is_held and exists (
            select 1 from {{ this }} as stored
            where stored.{{ hash_key }} = compared.{{ hash_key }}
                and stored.effective_at = compared.effective_at
                and stored.is_deleted
        )
        {%- endif %}

)

select {{ columns | join(', ') }} from told
{% if is_incremental() %}
where not exists (
    select 1 from {{ this }} as stored
    where stored.{{ hash_key }} = told.{{ hash_key }}
        and stored.effective_at = told.effective_at
        and stored.is_deleted = told.is_deleted
)
{% else %}
union all
{{ ghost_record(columns) }}
{% endif %}
{% endmacro %}
