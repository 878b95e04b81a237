-- Grain: one row per event of a player, with how long it played from there to its next event.
-- Time runs from play or heartbeat to the next player event of the view, for
-- player_hold_seconds at most and not past the session's last event. Changes of quality,
-- volume or speed are none of these events; a heartbeat in another state than playing stops as
-- a pause does.

{{ config(incremental_strategy='by_affected_dates') }}

with

events as (

    select * from {{ ref('session_event') }}
    where {{ in_affected_dates('broadcast_date') }}

),

session_ends as (

    select
        session_hk,
        max(event_at) as session_ended_at
    from events
    where event_kind <> 'ping'
    group by session_hk
    having max(case when event_kind = 'player' then 1 else 0 end) = 1

),

player_events as (

    select
        events.*,
        session_ends.session_ended_at,
        events.event_type in ('play', 'heartbeat')
        and coalesce(events.player_state, 'playing') = 'playing' as is_playing,
        first_value(events.event_hk) over in_view as video_play_hk,
        lead(events.event_at) over in_view as next_event_at
    from events
    inner join session_ends on events.session_hk = session_ends.session_hk
    where events.event_kind = 'player'
    window in_view as (
        partition by events.session_hk, events.view_id, events.programme_hk
        order by
            events.event_at,
            case events.event_type when 'heartbeat' then 1 when 'play' then 3 else 2 end,
            events.event_hk
    )

),

stays as (

    select
        *,
        case
            when is_playing
                then
                    least(
                        coalesce(next_event_at, session_ended_at),
                        {{ add_seconds('event_at', var('player_hold_seconds')) }},
                        session_ended_at
                    )
            else event_at
        end as ended_at
    from player_events

)

select
    video_play_hk,
    event_hk,
    session_hk,
    viewer_hk,
    programme_hk,
    event_type,
    device,
    record_source,
    position_seconds,
    {{ seconds_between('event_at', 'ended_at') }} as viewing_seconds,
    broadcast_date,
    event_at as started_at,
    ended_at
from stays
