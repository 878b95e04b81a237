{#- The rows to insert into a record tracking satellite: where a key is in a full delivery but was not in
    the one before it along effective_at, and the other way round (is_deleted). A delivery is the whole of
    the feed, or of each `scope` of which it names a key. -#}
{% macro record_tracking_satellite(hash_key, source, scope=none) %}
{%- set columns = [hash_key, 'record_source', 'is_deleted', 'effective_at', 'loaded_at', 'load_id'] -%}
{{- index([hash_key, 'effective_at'], include=['is_deleted']) -}}
with

{{ seen_in_deliveries(hash_key, source, scope) }},

told as (

    select
        scope,
        {{ hash_key }},
        record_source,
        false as is_deleted,
        effective_at,
        loaded_at,
        load_id
    from seen
    where previous_number is distinct from number - 1
        {%- if is_incremental() %}
        or exists (
            select 1 from {{ this }} as stored
            where stored.{{ hash_key }} = seen.{{ hash_key }}
                and stored.effective_at = seen.effective_at
                and stored.is_deleted
        )
        {%- endif %}
    union all
    select
        seen.scope,
        seen.{{ hash_key }},
        lacking.record_source,
        true as is_deleted,
        lacking.effective_at,
        lacking.loaded_at,
        lacking.load_id
    from seen
    inner join deliveries as lacking
        on seen.scope = lacking.scope and seen.number + 1 = lacking.number
    where seen.next_number is distinct from lacking.number

)

select {{ columns | join(', ') }} from told
where effective_at >= (
    select first_new.effective_at from first_new where first_new.scope = told.scope
)
{% if is_incremental() %}
    and not exists (
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
