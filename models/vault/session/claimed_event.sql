-- Grain: one row per anonymous event that a sign-in on its device claims.
-- A sign-in claims the anonymous events before it, back to the account before, and those after it, as
-- long as the device's events have no gap of the timeout and session_max_hours don't pass. So an
-- event's claim is told by the events within session_max_hours of it. Of delivered sessions see
-- delivered_session_event.

{{ config(incremental_strategy='by_affected_dates') }}
{% set timeout_seconds = var('session_timeout_minutes') * 60 %}
{% set cap_seconds = var('session_max_hours') * 3600 %}
{% set cap_days = (var('session_max_hours') / 24) | round(0, 'ceil') | int %}

with

events as (

    select
        event_hk,
        cookie_hk,
        account_hk,
        case when event_kind <> 'ping' then event_at end as active_at,
        account_hk <> {{ zero_key() }} as has_account,
        event_at
    from {{ ref('session_input') }}
    where {{ in_affected_dates('event_date', days_before=2 + cap_days, days_after=2 + cap_days) }}
        and session_hk = {{ zero_key() }} and cookie_hk <> {{ zero_key() }}

),

shared_cookies as (

    select cookie_hk from events
    group by cookie_hk
    having max(case when has_account then 1 else 0 end) = 1
        and min(case when has_account then 1 else 0 end) = 0

),

compared_events as (

    select
        *,
        max(active_at) over (
            partition by cookie_hk order by event_at, event_hk
            rows between unbounded preceding and 1 preceding
        ) as previous_active_at
    from events
    where cookie_hk in (select shared_cookies.cookie_hk from shared_cookies)

),

numbered_events as (

    select
        *,
        sum(
            case
                when {{ seconds_between('previous_active_at', 'active_at') }}
                    >= {{ timeout_seconds }} then 1
                else 0
            end
        ) over in_time as run_number,
        sum(case when has_account then 1 else 0 end) over in_time as accounts_so_far,
        sum(case when has_account then 1 else 0 end) over back_in_time as accounts_to_come
    from compared_events
    where active_at is not null
        or {{ seconds_between('previous_active_at', 'event_at') }} < {{ timeout_seconds }}
    window
        in_time as (partition by cookie_hk order by event_at, event_hk),
        back_in_time as (partition by cookie_hk order by event_at desc, event_hk desc)

),

neighbours as (

    select
        *,
        first_value(account_hk) over after_sign_in as previous_account_hk,
        first_value(run_number) over after_sign_in as previous_run_number,
        first_value(event_at) over after_sign_in as previous_account_at,
        first_value(account_hk) over before_sign_in as next_account_hk,
        first_value(run_number) over before_sign_in as next_run_number,
        first_value(event_at) over before_sign_in as next_account_at
    from numbered_events
    window
        after_sign_in as (
            partition by cookie_hk, accounts_so_far order by event_at, event_hk
        ),
        before_sign_in as (
            partition by cookie_hk, accounts_to_come order by event_at desc, event_hk desc
        )

),

claims as (

    select
        event_hk,
        case
            when next_account_hk <> {{ zero_key() }} and next_run_number = run_number
                and next_account_at < {{ add_seconds('event_at', cap_seconds) }}
                then next_account_hk
            when previous_account_hk <> {{ zero_key() }} and previous_run_number = run_number
                and event_at < {{ add_seconds('previous_account_at', cap_seconds) }}
                then previous_account_hk
        end as viewer_hk,
        event_at
    from neighbours
    where not has_account

)

select
    claims.event_hk,
    claims.viewer_hk,
    calendar.broadcast_date,
    claims.event_at
from claims
inner join {{ ref('broadcast_calendar') }} as calendar
    on claims.event_at >= calendar.day_started_at and claims.event_at < calendar.day_ended_at
where claims.viewer_hk is not null
    and {{ in_affected_dates('calendar.broadcast_date') }}
