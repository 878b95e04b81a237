-- Grain: one row per event or change that the vault holds, with the drop that first brought it.
-- The ghosts, which no drop brought, are left out.

{{ config(materialized='view') }}

select
    record_source as feed,
    event_hk as row_hk,
    load_id
from {{ ref('link_stb_event') }}
union all
select
    record_source as feed,
    {{ hash_key([
        'cast(programme_hk as ' ~ type_string() ~ ')',
        instant_text('valid_from_at'),
        'cast(change_hash as ' ~ type_string() ~ ')',
    ]) }} as row_hk,
    load_id
from {{ ref('programme_history') }}
where load_id > 0
union all
select
    record_source as feed,
    {{ hash_key([
        'cast(channel_hk as ' ~ type_string() ~ ')',
        instant_text('valid_from_at'),
        'cast(change_hash as ' ~ type_string() ~ ')',
    ]) }} as row_hk,
    load_id
from {{ ref('channel_history') }}
where load_id > 0
