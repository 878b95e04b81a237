-- Grain: one row per session row delivered, repeats included.
-- Play-back from nobody knows when is from the beginning of time, which no programme was on at.

with

delivered as (

    select * from {{ source('raw', 'tv_sessions') }}

),

cleaned as (

    select
        {{ clean_text('viewer') }} as viewer_id,
        {{ clean_text('household') }} as household_id,
        {{ clean_text('device') }} as device_id,
        {{ clean_text('channel') }} as channel_name,
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
    from delivered

),

timed as (

    select
        *,
        {{ fold('channel_name') }} as channel_id,
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
    {{ hash_key([
        'viewer_id',
        instant_text('started_at'),
        'cast(duration_seconds as ' ~ type_string() ~ ')',
        'channel_id',
        'household_id',
        'device_id',
        instant_text('broadcast_at'),
        'cast(play_speed as ' ~ type_string() ~ ')',
        'session_id',
    ]) }} as tv_session_hk,
    {{ hash_key(['viewer_id']) }} as viewer_hk,
    {{ hash_key(['household_id']) }} as household_hk,
    {{ hash_key(['device_id']) }} as device_hk,
    {{ hash_key(['household_id', 'device_id']) }} as household_device_hk,
    {{ hash_key(['channel_id']) }} as channel_hk,
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
