-- Grain: one row per broadcast date and platform (all of them together too), with no gap from the
-- platform's first viewing on.

{{ config(materialized='view') }}

with

steps as (

    select
        *,
        lead(broadcast_date) over (partition by platform order by broadcast_date) as next_date
    from {{ ref('active_viewers') }}

),

days as (

    select
        steps.platform,
        case
            when universe.broadcast_date = steps.broadcast_date then steps.daily_active_viewers
            else 0
        end as daily_active_viewers,
        steps.weekly_active_viewers,
        steps.monthly_active_viewers,
        universe.broadcast_date
    from {{ ref('universe_daily') }} as universe
    inner join steps
        on universe.broadcast_date >= steps.broadcast_date
            and (universe.broadcast_date < steps.next_date or steps.next_date is null)
    where universe.target = 'all'

),

averaged as (

    select
        *,
        avg(cast(daily_active_viewers as {{ type_double() }})) over (
            partition by platform order by broadcast_date rows between 29 preceding and current row
        ) as mean_daily_active_viewers
    from days

)

select
    platform,
    daily_active_viewers,
    weekly_active_viewers,
    monthly_active_viewers,
    mean_daily_active_viewers,
    mean_daily_active_viewers / nullif(monthly_active_viewers, 0) as stickiness_rate,
    broadcast_date
from averaged
