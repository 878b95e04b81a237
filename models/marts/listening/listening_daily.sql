-- Grain: one row per broadcast date with a song that began or was listened to.
-- Plays count on the date on which they begin, seconds on the date on which they are heard.

with

plays as (

    select
        broadcast_date,
        count(*) as plays,
        count(case when is_stream then 1 end) as streams,
        count(case when is_skip then 1 end) as skips,
        count(case when is_early_skip then 1 end) as early_skips,
        count(distinct case when is_stream then viewer_hk end) as stream_listeners,
        count(distinct session_hk) as sessions,
        count(distinct song_hk) as songs,
        count(distinct artist_hk) as artists
    from {{ ref('song_play') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date

),

listening as (

    select
        broadcast_date,
        count(distinct viewer_hk) as listeners,
        sum(viewing_seconds) as listening_seconds
    from {{ ref('viewing_interval') }}
    where platform = 'audio' and {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date

),

dates as (

    select broadcast_date from plays
    union distinct
    select broadcast_date from listening

),

counted as (

    select
        dates.broadcast_date,
        coalesce(plays.plays, 0) as plays,
        coalesce(plays.streams, 0) as streams,
        coalesce(plays.skips, 0) as skips,
        coalesce(plays.early_skips, 0) as early_skips,
        coalesce(plays.stream_listeners, 0) as stream_listeners,
        coalesce(plays.sessions, 0) as sessions,
        coalesce(plays.songs, 0) as songs,
        coalesce(plays.artists, 0) as artists,
        coalesce(listening.listeners, 0) as listeners,
        cast(coalesce(listening.listening_seconds, 0) as {{ type_double() }}) as listening_seconds
    from dates
    left join plays on dates.broadcast_date = plays.broadcast_date
    left join listening on dates.broadcast_date = listening.broadcast_date

)

select
    plays,
    streams,
    skips,
    early_skips,
    cast(streams as {{ type_double() }}) / nullif(plays, 0) as stream_rate,
    cast(skips as {{ type_double() }}) / nullif(plays, 0) as skip_rate,
    cast(early_skips as {{ type_double() }}) / nullif(plays, 0) as early_skip_rate,
    stream_listeners,
    sessions,
    songs,
    artists,
    listeners,
    listening_seconds,
    listening_seconds / nullif(listeners, 0) as average_seconds_per_listener,
    broadcast_date
from counted
