{{ config(meta={'dagster': {'ref': {'name': 'viewing_interval'}}}) }}

with

viewer_days as (

    select
        viewer_hk,
        broadcast_date,
        sum(viewing_seconds) as viewing_seconds
    from {{ rows_to_test(ref('viewing_interval')) }} as viewing_interval
    where platform = 'tv'
    group by broadcast_date, {{ stays_that_compete() }}

)

select
    viewer_days.viewer_hk,
    viewer_days.broadcast_date,
    viewer_days.viewing_seconds,
    calendar.day_seconds
from viewer_days
inner join {{ ref('broadcast_calendar') }} as calendar
    on viewer_days.broadcast_date = calendar.broadcast_date
where viewer_days.viewing_seconds > calendar.day_seconds
