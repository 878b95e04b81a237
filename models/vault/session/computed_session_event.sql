-- Grain: one row per event of a session that is computed.
-- A run is events of one visitor without a gap of the timeout; session_max_hours after its
-- start it is cut, and once more. What goes on without a break for twice as long is no visit
-- but a kiosk or a robot: it is cut on the clock, so that no event is looked for further back
-- than that. A ping is in the session of the event before it, unless that has timed out; it
-- starts none and stretches none.

{{ config(incremental_strategy='by_affected_dates') }}
{% set timeout_seconds = var('session_timeout_minutes') * 60 %}
{% set cap_seconds = var('session_max_hours') * 3600 %}
{% set days_before = ((2 * cap_seconds + timeout_seconds) / 86400) | round(0, 'ceil') | int %}
{% set days_after = (cap_seconds / 86400) | round(0, 'ceil') | int %}

with

-- Keys and instants only: what is sorted fits into memory.
visitor_events as (

    select
        events.event_hk,
        coalesce(claim.viewer_hk, events.told_viewer_hk) as viewer_hk,
        case when events.event_kind <> 'ping' then events.event_at end as active_at,
        events.event_at
    from {{ ref('session_input') }} as events
    left join {{ ref('claimed_event') }} as claim
        on events.event_hk = claim.event_hk
            and {{ in_affected_dates('claim.broadcast_date', days_before + 2, days_after + 3) }}
    where events.session_hk = {{ zero_key() }}
        and {{ in_affected_dates('events.event_date', days_before + 1, days_after + 2) }}

),

compared_events as (

    select
        *,
        max(active_at) over (
            partition by viewer_hk order by event_at, event_hk
            rows between unbounded preceding and 1 preceding
        ) as previous_active_at
    from visitor_events
    where viewer_hk <> {{ zero_key() }}

),

active_events as (

    select
        *,
        coalesce(active_at, previous_active_at) as counted_at,
        max(
            case
                when
                    {{ seconds_between('previous_active_at', 'active_at') }}
                    < {{ timeout_seconds }}
                    then null
                else active_at
            end
        ) over (
            partition by viewer_hk order by event_at, event_hk
            rows between unbounded preceding and current row
        ) as run_started_at
    from compared_events
    where active_at is not null
        or {{ seconds_between('previous_active_at', 'event_at') }} < {{ timeout_seconds }}

),

pieces as (

    select
        *,
        case
            when counted_at < {{ add_seconds('run_started_at', cap_seconds) }} then run_started_at
            when counted_at < {{ add_seconds('run_started_at', 2 * cap_seconds) }}
                then {{ add_seconds('run_started_at', cap_seconds) }}
            else {{ clock_interval_start('counted_at', cap_seconds) }}
        end as piece_started_at,
        counted_at >= {{ add_seconds('run_started_at', 2 * cap_seconds) }} as is_cut_on_the_clock
    from active_events

),

sessions as (

    select
        *,
        first_value(event_hk) over in_session as session_hk,
        first_value(event_at) over in_session as session_started_at,
        {{ seconds_between('event_at', 'lead(event_at) over in_session') }} as seconds_to_next
    from pieces
    window in_session as (
        partition by viewer_hk, piece_started_at, is_cut_on_the_clock order by event_at, event_hk
    )

),

dated_events as (

    select
        sessions.*,
        calendar.broadcast_date
    from sessions
    inner join {{ ref('broadcast_calendar') }} as calendar
        on sessions.session_started_at >= calendar.day_started_at
            and sessions.session_started_at < calendar.day_ended_at
    where {{ in_affected_dates('calendar.broadcast_date') }}

)

select
    dated_events.session_hk,
    dated_events.event_hk,
    dated_events.viewer_hk,
    events.told_viewer_hk,
    events.programme_hk,
    events.event_kind,
    events.event_type,
    events.page_id,
    events.view_id,
    events.player_state,
    events.traffic_source,
    events.traffic_medium,
    events.campaign_name,
    events.referrer_host,
    events.device,
    events.country,
    events.record_source,
    events.position_seconds,
    events.event_number,
    cast(
        least(coalesce(dated_events.seconds_to_next, 0), {{ var('foreground_hold_seconds') }})
        as decimal(18, 6)
    ) as engaged_seconds,
    events.is_key_event,
    events.is_home_page,
    dated_events.broadcast_date,
    dated_events.session_started_at,
    dated_events.event_at
from {{ ref('session_input') }} as events
inner join dated_events on events.event_hk = dated_events.event_hk
where events.session_hk = {{ zero_key() }}
    and {{ in_affected_dates('events.event_date', days_before + 1, days_after + 2) }}
