-- Grain: one row per broadcast date each instant of which is in equally many dayparts, one or more.

{{ config(materialized='view') }}

with

borders as (

    select
        broadcast_date,
        started_at as border_at,
        1 as more_dayparts
    from {{ ref('daypart_calendar') }}
    union all
    select
        broadcast_date,
        ended_at as border_at,
        -1 as more_dayparts
    from {{ ref('daypart_calendar') }}

),

covers as (

    select
        broadcast_date,
        border_at,
        sum(sum(more_dayparts)) over (
            partition by broadcast_date order by border_at
        ) as dayparts
    from borders
    group by broadcast_date, border_at

)

select
    cast(min(covers.dayparts) as integer) as dayparts,
    covers.broadcast_date
from covers
inner join {{ ref('broadcast_calendar') }} as calendar
    on covers.broadcast_date = calendar.broadcast_date
        and covers.border_at < calendar.day_ended_at
group by covers.broadcast_date, calendar.day_started_at
having min(covers.dayparts) = max(covers.dayparts)
    and min(covers.border_at) = calendar.day_started_at
