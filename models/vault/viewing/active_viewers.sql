-- Grain: one row per platform (all of them together too) and date on which the number of its active
-- viewers changes.
-- Someone who viewed is among the active viewers of a week and of a month (30 dates) from that date
-- on. So a date is told by the 29 before it, and a date that changes has a hand in the 30 after it.

{{ config(meta={'days_after': 30}) }}

with

active_dates as (

    select distinct
        platform,
        viewer_hk,
        broadcast_date
    from {{ ref('viewing_interval') }}
    where {{ in_affected_dates('broadcast_date', days_before=30, days_after=30) }}

),

active_dates_of_all as (

    select * from active_dates
    union all
    select distinct
        'all' as platform,
        viewer_hk,
        broadcast_date
    from active_dates

),

followed_dates as (

    select
        *,
        lead(broadcast_date) over (
            partition by platform, viewer_hk order by broadcast_date
        ) as next_date
    from active_dates_of_all

),

changes as (

    select
        platform,
        broadcast_date,
        1 as active,
        1 as weekly_change,
        1 as monthly_change
    from followed_dates
    union all
    select
        platform,
        least(next_date, broadcast_date + 7) as broadcast_date,
        0 as active,
        -1 as weekly_change,
        0 as monthly_change
    from followed_dates
    union all
    select
        platform,
        least(next_date, broadcast_date + 30) as broadcast_date,
        0 as active,
        0 as weekly_change,
        -1 as monthly_change
    from followed_dates

),

running as (

    select
        platform,
        sum(active) as daily_active_viewers,
        sum(sum(weekly_change)) over in_time as weekly_active_viewers,
        sum(sum(monthly_change)) over in_time as monthly_active_viewers,
        broadcast_date
    from changes
    group by platform, broadcast_date
    window in_time as (partition by platform order by broadcast_date)

)

select
    platform,
    cast(daily_active_viewers as bigint) as daily_active_viewers,
    cast(weekly_active_viewers as bigint) as weekly_active_viewers,
    cast(monthly_active_viewers as bigint) as monthly_active_viewers,
    broadcast_date
from running
where {{ in_affected_dates('broadcast_date', days_after=30) }}
