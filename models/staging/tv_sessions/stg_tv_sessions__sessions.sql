-- Grain: one row per session row delivered, repeats included.
-- Play-back from nobody knows when is from the beginning of time, which no programme was on at.

{% set raw = source('raw', 'tv_sessions') -%}

with

delivered as (

    select * from {{ raw }}

),

viewers as (

    {{ with_key('delivered', raw, 'viewer', 'viewer') | indent(4) }}

),

households as (

    {{ with_key('viewers', raw, 'household', 'household') | indent(4) }}

),

devices as (

    {{ with_key('households', raw, 'device', 'device') | indent(4) }}

),

channels as (

    {{ with_channel('devices', raw, 'channel') | indent(4) }}

),

cleaned as (

    select
        viewer_hk,
        household_hk,
        device_hk,
        channel_hk,
        viewer_part,
        household_part,
        device_part,
        channel_part,
        viewer_id,
        household_id,
        device_id,
        channel_id,
        channel_name,
        {{ clean_text('session_id') }} as session_id,
        {{ clock_seconds('duration') }} as stated_seconds,
        play_speed,
        is_live,
        started_at,
        ended_at as stated_end_at,
        broadcast_at as stated_broadcast_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from channels

),

timed as (

    select
        *,
        cast(coalesce(
            stated_seconds, {{ seconds_between('started_at', 'stated_end_at') }}
        ) as decimal(18, 6)) as duration_seconds,
        case
            when stated_seconds is null then stated_end_at
            else {{ add_seconds('started_at', 'stated_seconds') }}
        end as ended_at,
        case
            when is_live or (is_live is null and stated_broadcast_at = started_at) then null
            when is_live is null or stated_broadcast_at is not null then stated_broadcast_at
            else {{ beginning_of_time() }}
        end as broadcast_at
    from cleaned

)

select
    {{ hash_of_parts([
        'viewer_part',
        key_part(instant_text('started_at')),
        key_part('cast(duration_seconds as ' ~ type_string() ~ ')'),
        'channel_part',
        'household_part',
        'device_part',
        key_part(instant_text('broadcast_at')),
        key_part('cast(play_speed as ' ~ type_string() ~ ')'),
        key_part('session_id'),
    ]) }} as tv_session_hk,
    viewer_hk,
    household_hk,
    device_hk,
    {{ hash_of_parts(['household_part', 'device_part']) }} as household_device_hk,
    channel_hk,
    viewer_id,
    household_id,
    device_id,
    channel_id,
    channel_name,
    session_id,
    'tv_sessions' as record_source,
    duration_seconds,
    play_speed,
    cast(started_at as date) as event_date,
    started_at,
    ended_at,
    broadcast_at,
    loaded_at,
    load_id,
    row_number
from timed
