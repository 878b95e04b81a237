-- Grain: one row per stay that an event of a set-top box opens and broadcast date that it touches.

{% set hold = var('liveness_hold_seconds') %}
{% set hold_days = (hold / 86400) | round(0, 'ceil') | int %}

with

-- A broadcast date lies within the UTC dates from the one before it to the second after it, in any
-- time zone.
events as (

    select * from {{ ref('link_stb_event') }}
    where {{ in_affected_dates('event_date', days_before=1 + hold_days, days_after=2 + hold_days) }}
        and viewer_hk <> {{ zero_key() }}

),

followed_events as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        event_code,
        record_source,
        event_at,
        lead(event_at) over (
            partition by viewer_hk
            order by
                event_at,
                case event_code when 'SSTART' then 1 when 'SSTAND' then 3 else 2 end,
                {{ by_code_point('channel_id') }} nulls first,
                {{ by_code_point('programme_id') }} nulls first,
                {{ by_code_point('satellite') }} nulls first
        ) as next_event_at
    from events

),

stays as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        record_source,
        event_at as started_at,
        least(
            coalesce(next_event_at, {{ add_seconds('event_at', hold) }}),
            {{ add_seconds('event_at', hold) }}
        ) as ended_at
    from followed_events
    where channel_hk <> {{ zero_key() }} and event_code <> 'SSTAND'

),

calendar as (

    select * from {{ ref('broadcast_calendar') }}

),

-- By the UTC dates of a broadcast date a stay finds its own by equality: compared with all, it
-- would cost the length of the history.
utc_dates as (

    select
        broadcast_date,
        day_started_at,
        day_ended_at,
        {{ series(
            "date_trunc('day', day_started_at)", add_seconds('day_ended_at', -0.000001), 86400
        ) }} as utc_date
    from calendar

),

dated_stays as (

    select
        stays.*,
        utc_dates.broadcast_date,
        utc_dates.day_ended_at
    from stays
    inner join utc_dates
        on date_trunc('day', stays.started_at) = utc_dates.utc_date
            and stays.started_at >= utc_dates.day_started_at
            and stays.started_at < utc_dates.day_ended_at
    where stays.ended_at > stays.started_at

)

select
    viewer_hk,
    channel_hk,
    programme_hk,
    record_source,
    broadcast_date,
    started_at,
    least(ended_at, day_ended_at) as ended_at
from dated_stays
where {{ in_affected_dates('broadcast_date') }}
union all
select
    dated_stays.viewer_hk,
    dated_stays.channel_hk,
    dated_stays.programme_hk,
    dated_stays.record_source,
    calendar.broadcast_date,
    calendar.day_started_at as started_at,
    least(dated_stays.ended_at, calendar.day_ended_at) as ended_at
from dated_stays
inner join calendar
    on dated_stays.day_ended_at <= calendar.day_started_at
        and dated_stays.ended_at > calendar.day_started_at
where dated_stays.ended_at > dated_stays.day_ended_at
    and {{ in_affected_dates('calendar.broadcast_date') }}
