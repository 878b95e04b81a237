-- Grain: one row per broadcast date with no gap, from the first event's date to the last event's or
-- viewing's.

{{ config(incremental_strategy='replace') }}
-- The universe is the estimate in the seed universe_estimates, else the viewers known by that date.

with

viewer_dates as (

    select
        calendar.broadcast_date as first_date,
        count(*) as new_viewers
    from {{ ref('viewer_activity') }} as viewer_activity
    inner join {{ ref('broadcast_calendar') }} as calendar
        on viewer_activity.first_event_at >= calendar.day_started_at
            and viewer_activity.first_event_at < calendar.day_ended_at
    group by calendar.broadcast_date

),

last_event as (

    select max(last_event_at) as last_event_at from {{ ref('viewer_activity') }}

),

last_dates as (

    select max(broadcast_date) as last_date from {{ ref('viewing_interval') }}
    union all
    select max(calendar.broadcast_date) as last_date
    from {{ ref('broadcast_calendar') }} as calendar
    where calendar.day_started_at <= (select last_event.last_event_at from last_event)

),

known_viewers as (

    select
        calendar.broadcast_date,
        calendar.day_seconds,
        sum(coalesce(viewer_dates.new_viewers, 0)) over (order by calendar.broadcast_date)
            as viewers
    from {{ ref('broadcast_calendar') }} as calendar
    left join viewer_dates on calendar.broadcast_date = viewer_dates.first_date
    where calendar.broadcast_date <= (select max(last_dates.last_date) from last_dates)

),

estimates as (

    select * from {{ ref('universe_estimates') }}
    where target = 'all'

)

select
    case when estimates.persons is null then 'known viewers' else 'estimate' end as universe_source,
    cast(coalesce(estimates.persons, known_viewers.viewers) as bigint) as universe,
    known_viewers.day_seconds,
    known_viewers.broadcast_date
from known_viewers
left join estimates
    on known_viewers.broadcast_date between estimates.valid_from and estimates.valid_to
where known_viewers.viewers > 0
