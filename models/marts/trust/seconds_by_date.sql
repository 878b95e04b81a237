-- Grain: one row per broadcast date with viewing in the vault or in a mart.

{{ config(materialized='view') }}

with

counted as (

    select
        'vault' as place,
        broadcast_date,
        sum(cast(viewing_seconds as double precision)) as seconds
    from {{ ref('viewing_interval') }}
    group by broadcast_date
    union all
    select
        'viewing_duration_daily' as place,
        broadcast_date,
        sum(viewing_seconds) as seconds
    from {{ ref('viewing_duration_daily') }}
    group by broadcast_date
    union all
    select
        'average_viewing_duration' as place,
        broadcast_date,
        sum(viewing_seconds) as seconds
    from {{ ref('average_viewing_duration') }}
    group by broadcast_date
    union all
    select
        'channel_ratings_daily' as place,
        broadcast_date,
        sum(viewing_seconds) as seconds
    from {{ ref('channel_ratings_daily') }}
    group by broadcast_date
    union all
    select
        'credited minutes' as place,
        broadcast_date,
        60 * count(*) as seconds
    from {{ ref('viewing_minutes') }}
    group by broadcast_date
    union all
    select
        'minutes in channel_ratings_daily' as place,
        broadcast_date,
        60 * sum(credited_minutes) as seconds
    from {{ ref('channel_ratings_daily') }}
    group by broadcast_date

),

side_by_side as (

    select
        broadcast_date,
        sum(case when place = 'vault' then seconds else 0 end) as seconds_in_vault,
        sum(case when place = 'viewing_duration_daily' then seconds else 0 end)
            as seconds_by_viewer,
        sum(case when place = 'average_viewing_duration' then seconds else 0 end)
            as seconds_by_platform,
        sum(case when place = 'channel_ratings_daily' then seconds else 0 end)
            as seconds_by_channel,
        sum(case when place = 'credited minutes' then seconds else 0 end) as minute_seconds,
        sum(case when place = 'minutes in channel_ratings_daily' then seconds else 0 end)
            as minute_seconds_by_channel
    from counted
    group by broadcast_date

)

select
    seconds_in_vault,
    seconds_by_viewer as seconds_in_marts,
    cast(
        case when abs(seconds_in_vault - seconds_by_viewer) > 0.001 then 1 else 0 end
        + case when abs(seconds_in_vault - seconds_by_platform) > 0.001 then 1 else 0 end
        + case when abs(seconds_in_vault - seconds_by_channel) > 0.001 then 1 else 0 end
        + case when abs(minute_seconds - minute_seconds_by_channel) > 0.001 then 1 else 0 end
        as integer
    ) as marts_that_differ,
    broadcast_date
from side_by_side
