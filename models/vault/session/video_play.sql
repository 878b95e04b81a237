-- Grain: one row per video play: a view of a title by a player within a session, with a play
-- event.
-- How far it got is told by the positions of heartbeats, and by ended; null where no length is
-- known and nothing told the end.

{{ config(incremental_strategy='by_affected_dates') }}

with

events as (

    select
        stay.*,
        first_value(stay.viewer_hk) over (
            partition by stay.video_play_hk order by stay.started_at, stay.event_hk
        ) as player_viewer_hk,
        title.length_seconds,
        case
            when stay.event_type = 'ended' then 1
            when stay.event_type = 'heartbeat'
                then
                    least(
                        cast(stay.position_seconds as {{ type_double() }})
                        / nullif(title.length_seconds, 0),
                        1
                    )
        end as progress_rate,
        min(case when stay.event_type = 'seek' then stay.started_at end) over (
            partition by stay.video_play_hk
        ) as first_seek_at
    from {{ ref('player_stay') }} as stay
    left join {{ ref('title') }} as title on stay.programme_hk = title.programme_hk
    where {{ in_affected_dates('stay.broadcast_date') }}

),

plays as (

    select
        video_play_hk,
        session_hk,
        player_viewer_hk as viewer_hk,
        programme_hk,
        min({{ by_code_point('device') }}) as device,
        record_source,
        length_seconds,
        sum(viewing_seconds) as viewing_seconds,
        max(progress_rate) as progress_rate,
        max(case when coalesce(started_at <= first_seek_at, true) then progress_rate end)
            as progress_before_seek_rate,
        broadcast_date,
        min(case when event_type = 'play' then started_at end) as started_at
    from events
    group by
        video_play_hk,
        session_hk,
        player_viewer_hk,
        programme_hk,
        record_source,
        length_seconds,
        broadcast_date
    having max(case when event_type = 'play' then 1 else 0 end) = 1

)

select
    video_play_hk,
    session_hk,
    viewer_hk,
    programme_hk,
    device,
    record_source,
    cast(viewing_seconds as decimal(18, 6)) as viewing_seconds,
    cast(viewing_seconds as {{ type_double() }}) / nullif(length_seconds, 0) as viewed_rate,
    case when length_seconds > 0 then coalesce(progress_rate, 0) else progress_rate end
        as progress_rate,
    case when length_seconds > 0 then coalesce(progress_before_seek_rate, 0) end
        as retained_before_first_seek_rate,
    broadcast_date,
    started_at
from plays
