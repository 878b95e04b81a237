-- Grain: one row per event row delivered, repeats included.
-- Clocks tick in milliseconds: effective_at has the order of the events of one instant behind them.

with

delivered as (

    select * from {{ source('raw', 'listen_events') }}

),

cleaned as (

    select
        'account:' || {{ clean_text('user_id') }} as viewer_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('page') }} as page_id,
        {{ clean_text('level') }} as plan_id,
        {{ clean_text('user_agent') }} as user_agent,
        {{ clean_text('location') }} as location_id,
        {{ unless_blank('song') }} as song_title,
        {{ unless_blank('artist') }} as artist_name,
        {{ clean_text('auth') }} as auth,
        {{ clean_text('method') }} as method,
        cast(status as integer) as status,
        item_in_session,
        length as song_seconds,
        {{ add_seconds("timestamp '1970-01-01 00:00:00'", 'ts / 1000') }} as event_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

told_apart as (

    select
        *,
        {{ hash_key([
            'session_id',
            'cast(item_in_session as ' ~ type_string() ~ ')',
            instant_text('event_at'),
            'page_id',
            'viewer_id',
            'plan_id',
            'song_title',
            'artist_name',
            'cast(song_seconds as ' ~ type_string() ~ ')',
            'user_agent',
            'location_id',
            'auth',
            'method',
            'cast(status as ' ~ type_string() ~ ')',
        ]) }} as event_hk
    from cleaned

)

select
    event_hk,
    case when page_id = 'NextSong' then event_hk else {{ zero_key() }} end as song_play_hk,
    {{ hash_key(['viewer_id']) }} as viewer_hk,
    {{ hash_key(["'listen_events'", 'session_id']) }} as session_hk,
    {{ hash_key(['page_id']) }} as web_page_hk,
    {{ hash_key(['plan_id']) }} as plan_hk,
    {{ hash_key(['user_agent']) }} as user_agent_hk,
    {{ hash_key(['location_id']) }} as location_hk,
    {{ hash_key(['song_title', 'artist_name']) }} as song_hk,
    {{ hash_key(['artist_name']) }} as artist_hk,
    {{ hash_key(["'listen_events'", 'session_id', 'viewer_id']) }} as session_viewer_hk,
    {{ hash_key(['viewer_id', 'plan_id']) }} as viewer_plan_hk,
    viewer_id,
    'listen_events' as feed,
    session_id,
    page_id,
    plan_id,
    user_agent,
    location_id,
    song_title,
    artist_name,
    auth,
    method,
    'listen_events' as record_source,
    status,
    item_in_session,
    song_seconds,
    cast(event_at as date) as event_date,
    event_at,
    {{ add_seconds('event_at', 'item_in_session % 1000 * 0.000001') }} as effective_at,
    loaded_at,
    load_id,
    row_number
from told_apart
