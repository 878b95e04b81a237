-- Grain: one row per event row delivered, repeats included.

{% set raw = source('raw', 'stb_events') -%}

with

delivered as (

    select * from {{ raw }}

),

viewers as (

    {{ with_key('delivered', raw, 'mac', 'viewer') | indent(4) }}

),

programmes as (

    {{ with_key('viewers', raw, 'program_id', 'programme') | indent(4) }}

),

channels as (

    {{ with_channel('programmes', raw, 'chname') | indent(4) }}

),

satellites as (

    {{ with_part('channels', raw, 'sat', 'satellite') | indent(4) }}

),

typed as (

    select
        *,
        code as event_code,
        {{ utc_instant('eventdate + eventtime', feed_setting('stb_events', 'timezone')) }}
            as event_at
    from satellites

)

select
    {{ hash_of_parts([
        'viewer_part',
        key_part(instant_text('event_at')),
        key_part('event_code'),
        'channel_part',
        'programme_part',
        'satellite_part',
    ]) }} as event_hk,
    viewer_hk,
    channel_hk,
    programme_hk,
    viewer_id,
    channel_id,
    channel_name,
    programme_id,
    event_code,
    satellite,
    geo_location,
    'stb_events' as record_source,
    ts as exported_at_epoch_seconds,
    cast(event_at as date) as event_date,
    event_at,
    indextime as indexed_at,
    _loaded_at as loaded_at,
    _load_id as load_id,
    _row as row_number
from typed
