-- Grain: one row per event of a session that its feed delivers: no rule on gaps applies.
-- Within it a sign-in claims the anonymous events before it, back to the account before or the
-- session's start; those after the last account belong to that account. A session in which nobody
-- signs in is the device's.

{{ config(incremental_strategy='by_affected_dates') }}

with

sessions as (

    select
        activity.session_hk,
        calendar.broadcast_date
    from {{ ref('session_activity') }} as activity
    inner join {{ ref('broadcast_calendar') }} as calendar
        on activity.first_event_at >= calendar.day_started_at
            and activity.first_event_at < calendar.day_ended_at
    where {{ in_affected_dates('calendar.broadcast_date') }}

),

ordered_events as (

    select
        events.*,
        sessions.broadcast_date,
        sum(case when events.account_hk <> {{ zero_key() }} then 1 else 0 end) over in_time
            as accounts_so_far,
        sum(case when events.account_hk <> {{ zero_key() }} then 1 else 0 end) over back_in_time
            as accounts_to_come,
        first_value(events.event_at) over in_time as session_started_at,
        {{ seconds_between('events.event_at', 'lead(events.event_at) over in_time') }}
            as seconds_to_next
    from {{ ref('session_input') }} as events
    inner join sessions on events.session_hk = sessions.session_hk
    where {{ in_session_dates('events.event_date', ref('session_activity')) }}
        and events.session_hk <> {{ zero_key() }}
    window
        in_time as (
            partition by events.session_hk
            order by events.event_at, events.event_number, events.event_hk
        ),
        back_in_time as (
            partition by events.session_hk
            order by events.event_at desc, events.event_number desc, events.event_hk desc
        )

),

claimed_events as (

    select
        *,
        first_value(account_hk) over (
            partition by session_hk, accounts_to_come
            order by event_at desc, event_number desc, event_hk desc
        ) as next_account_hk,
        first_value(account_hk) over (
            partition by session_hk, accounts_so_far
            order by event_at, event_number, event_hk
        ) as previous_account_hk
    from ordered_events

)

select
    session_hk,
    event_hk,
    case
        when account_hk <> {{ zero_key() }} then account_hk
        when accounts_to_come > 0 then next_account_hk
        when accounts_so_far > 0 then previous_account_hk
        else cookie_hk
    end as viewer_hk,
    told_viewer_hk,
    programme_hk,
    event_kind,
    event_type,
    page_id,
    view_id,
    player_state,
    traffic_source,
    traffic_medium,
    campaign_name,
    referrer_host,
    device,
    country,
    record_source,
    position_seconds,
    event_number,
    cast(
        least(coalesce(seconds_to_next, 0), {{ var('foreground_hold_seconds') }})
        as decimal(18, 6)
    ) as engaged_seconds,
    is_key_event,
    is_home_page,
    broadcast_date,
    session_started_at,
    event_at
from claimed_events
