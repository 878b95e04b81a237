-- Grain: one row per uninterrupted stretch of playing in a player's view, and broadcast date
-- that it touches. Whom neither account nor cookie tells is nobody.

{{ config(incremental_strategy='by_affected_dates') }}

with

compared_stays as (

    select
        *,
        lag(ended_at) over (
            partition by video_play_hk, viewer_hk order by started_at
        ) as previous_ended_at
    from {{ ref('player_stay') }}
    where ended_at > started_at and viewer_hk <> {{ zero_key() }}
        and {{ in_sessions_during('broadcast_date', ref('session_activity')) }}

),

numbered_stays as (

    select
        *,
        sum(case when previous_ended_at = started_at then 0 else 1 end) over (
            partition by video_play_hk, viewer_hk order by started_at
        ) as stay_number
    from compared_stays

),

merged_stays as (

    select
        video_play_hk,
        viewer_hk,
        programme_hk,
        min({{ by_code_point('device') }}) as device,
        record_source,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered_stays
    group by video_play_hk, viewer_hk, programme_hk, record_source, stay_number

)

select
    merged_stays.video_play_hk,
    merged_stays.viewer_hk,
    merged_stays.programme_hk,
    merged_stays.device,
    merged_stays.record_source,
    calendar.broadcast_date,
    greatest(merged_stays.started_at, calendar.day_started_at) as started_at,
    least(merged_stays.ended_at, calendar.day_ended_at) as ended_at
from merged_stays
inner join {{ ref('broadcast_calendar') }} as calendar
    on merged_stays.started_at < calendar.day_ended_at
        and merged_stays.ended_at > calendar.day_started_at
where {{ in_affected_dates('calendar.broadcast_date') }}
