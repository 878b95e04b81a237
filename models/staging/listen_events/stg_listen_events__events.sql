-- Grain: one row per event row delivered, repeats included.
-- Clocks tick in milliseconds: effective_at has the order of the events of one instant behind them.

{% set raw = source('raw', 'listen_events') -%}

with

delivered as (

    select * from {{ raw }}

),

viewers as (

    {{ with_key(
        'delivered', raw, 'user_id', 'viewer', "'account:' || " ~ clean_text('user_id')
    ) | indent(4) }}

),

pages as (

    {{ with_key('viewers', raw, 'page', 'web_page') | indent(4) }}

),

user_agents as (

    {{ with_key('pages', raw, 'user_agent', 'user_agent') | indent(4) }}

),

locations as (

    {{ with_key('user_agents', raw, 'location', 'location') | indent(4) }}

),

songs as (

    {{ with_key('locations', raw, 'song', 'song', unless_blank('song')) | indent(4) }}

),

artists as (

    {{ with_key('songs', raw, 'artist', 'artist', unless_blank('artist')) | indent(4) }}

),

cleaned as (

    select
        viewer_hk,
        web_page_hk,
        user_agent_hk,
        location_hk,
        artist_hk,
        viewer_part,
        web_page_part,
        user_agent_part,
        location_part,
        song_part,
        artist_part,
        viewer_id,
        {{ clean_text('session_id') }} as session_id,
        web_page_id as page_id,
        {{ clean_text('level') }} as plan_id,
        user_agent_id as user_agent,
        location_id,
        song_id as song_title,
        artist_id as artist_name,
        {{ clean_text('auth') }} as auth,
        {{ clean_text('method') }} as method,
        cast(status as integer) as status,
        item_in_session,
        length as song_seconds,
        {{ add_seconds("timestamp '1970-01-01 00:00:00'", 'ts / 1000') }} as event_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from artists

),

told_apart as (

    select
        *,
        {{ key_part('session_id') }} as session_part,
        {{ hash_of_parts([
            key_part('session_id'),
            key_part('cast(item_in_session as ' ~ type_string() ~ ')'),
            key_part(instant_text('event_at')),
            'web_page_part',
            'viewer_part',
            key_part('plan_id'),
            'song_part',
            'artist_part',
            key_part('cast(song_seconds as ' ~ type_string() ~ ')'),
            'user_agent_part',
            'location_part',
            key_part('auth'),
            key_part('method'),
            key_part('cast(status as ' ~ type_string() ~ ')'),
        ]) }} as event_hk
    from cleaned

)

select
    event_hk,
    case when page_id = 'NextSong' then event_hk else {{ zero_key() }} end as song_play_hk,
    viewer_hk,
    {{ hash_of_parts([key_part("'listen_events'"), 'session_part']) }} as session_hk,
    web_page_hk,
    {{ hash_key(['plan_id']) }} as plan_hk,
    user_agent_hk,
    location_hk,
    {{ hash_of_parts(['song_part', 'artist_part']) }} as song_hk,
    artist_hk,
    {{ hash_of_parts([key_part("'listen_events'"), 'session_part', 'viewer_part']) }}
        as session_viewer_hk,
    {{ hash_of_parts(['viewer_part', key_part('plan_id')]) }} as viewer_plan_hk,
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
