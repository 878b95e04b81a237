-- Grain: one row per session of some length and broadcast date that it touches.
-- A session may last for days; so what is built by date needn't look back for it.

{{ config(incremental_strategy='delete+insert', unique_key='load_id') }}

select
    sessions.tv_session_hk,
    sessions.viewer_hk,
    sessions.device_hk,
    sessions.channel_hk,
    sessions.channel_id,
    sessions.record_source,
    calendar.broadcast_date,
    sessions.started_at,
    sessions.ended_at,
    sessions.broadcast_at,
    greatest(sessions.started_at, calendar.day_started_at) as span_started_at,
    least(sessions.ended_at, calendar.day_ended_at) as span_ended_at,
    sessions.load_id
from {{ ref('link_tv_session') }} as sessions
inner join {{ ref('broadcast_calendar') }} as calendar
    on sessions.started_at < calendar.day_ended_at
        and sessions.ended_at > calendar.day_started_at
where {{ in_new_loads('sessions.load_id') }}
    and sessions.viewer_hk <> {{ zero_key() }}
    and sessions.channel_hk <> {{ zero_key() }}
    and sessions.ended_at > sessions.started_at
    and coalesce(sessions.play_speed, 1) = 1
