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

channels as (

    {{ channel_ranks() | indent(4) }}

),

-- Events that only their satellites tell apart open the same stay in either order.
followed_events as (

    select
        events.viewer_hk,
        events.channel_hk,
        events.programme_hk,
        events.event_code,
        events.record_source,
        events.event_at,
        lead(events.event_at) over (
            partition by events.viewer_hk
            order by
                events.event_at,
                case events.event_code when 'SSTART' then 1 when 'SSTAND' then 3 else 2 end,
                channels.channel_rank nulls first,
                {{ by_code_point('events.programme_id') }} nulls first
        ) as next_event_at
    from events
    left join channels on events.channel_hk = channels.channel_hk

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

-- By the UTC dates on which a stay of a broadcast date can begin it finds its dates by equality:
-- compared with all, it would cost the length of the history.
calendar as (

    select
        broadcast_date,
        day_started_at,
        day_ended_at,
        {{ series(
            "date_trunc('day', " ~ add_seconds('day_started_at', -hold) ~ ")",
            add_seconds('day_ended_at', -0.000001),
            86400
        ) }} as utc_midnight
    from {{ ref('broadcast_calendar') }}

)

select
    stays.viewer_hk,
    stays.channel_hk,
    stays.programme_hk,
    stays.record_source,
    calendar.broadcast_date,
    greatest(stays.started_at, calendar.day_started_at) as started_at,
    least(stays.ended_at, calendar.day_ended_at) as ended_at
from stays
inner join calendar
    on date_trunc('day', stays.started_at) = calendar.utc_midnight
        and stays.started_at < calendar.day_ended_at
        and stays.ended_at > calendar.day_started_at
where stays.ended_at > stays.started_at
    and {{ in_affected_dates('calendar.broadcast_date') }}
