-- Grain: one row per event row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'stb_events') }}

),

cleaned as (

    select
        {{ clean_text('mac') }} as viewer_id,
        {{ clean_text('chname') }} as spelling,
        {{ clean_text('program_id') }} as programme_id,
        {{ clean_text('sat') }} as satellite,
        code as event_code,
        geo_location,
        ts as exported_at_epoch_seconds,
        {{ utc_instant('eventdate + eventtime', feed_setting('stb_events', 'timezone')) }}
            as event_at,
        indextime as indexed_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

named as (

    {{ channel_names('cleaned') | indent(4) }}

)

select
    {{ hash_key([
        'viewer_id',
        instant_text('event_at'),
        'event_code',
        'channel_id',
        'programme_id',
        'satellite',
    ]) }} as event_hk,
    {{ hash_key(['viewer_id']) }} as viewer_hk,
    {{ hash_key(['channel_id']) }} as channel_hk,
    {{ hash_key(['programme_id']) }} as programme_hk,
    viewer_id,
    channel_id,
    channel_name,
    programme_id,
    event_code,
    satellite,
    geo_location,
    'stb_events' as record_source,
    exported_at_epoch_seconds,
    cast(event_at as date) as event_date,
    event_at,
    indexed_at,
    loaded_at,
    load_id,
    row_number
from named
