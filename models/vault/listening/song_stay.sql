-- Grain: one row per song that was listened to and broadcast date that it touches.
-- No song is longer than a day (contract), and no day shorter than 23 hours.

{{ config(incremental_strategy='by_affected_dates') }}

select
    song_play.song_play_hk,
    song_play.viewer_hk,
    song_play.song_hk,
    user_agent.device,
    song_play.record_source,
    calendar.broadcast_date,
    greatest(song_play.started_at, calendar.day_started_at) as started_at,
    least(song_play.ended_at, calendar.day_ended_at) as ended_at
from {{ ref('song_play') }} as song_play
inner join {{ ref('broadcast_calendar') }} as calendar
    on song_play.started_at < calendar.day_ended_at
        and song_play.ended_at > calendar.day_started_at
inner join {{ ref('sat_user_agent_details') }} as user_agent
    on song_play.user_agent_hk = user_agent.user_agent_hk
where song_play.ended_at > song_play.started_at
    and {{ in_affected_dates('song_play.broadcast_date', days_before=2) }}
    and {{ in_affected_dates('calendar.broadcast_date') }}
