-- Grain: one row per broadcast date and channel with viewing.

with

channel_days as (

    select
        broadcast_date,
        channel_hk,
        {{ viewer_totals() }}
    from {{ ref('viewer_channel_daily') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, channel_hk

),

channel_minutes as (

    select
        broadcast_date,
        channel_hk,
        count(*) as credited_minutes,
        count(distinct viewer_hk) as minute_viewers
    from {{ ref('viewing_minutes') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, channel_hk

),

days as (

    select
        broadcast_date,
        count(distinct viewer_hk) as day_viewers
    from {{ ref('viewer_channel_daily') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date

),

day_minutes as (

    select
        broadcast_date,
        count(distinct viewer_hk) as day_minute_viewers
    from {{ ref('viewing_minutes') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date

)

select
    channel_days.channel_hk,
    channel_days.viewing_seconds,
    channel_days.viewers,
    channel_days.viewers_weighted,
    channel_days.reach,
    channel_days.reach_1min,
    channel_days.reach_3min,
    channel_days.reach_5min,
    channel_days.reach_15min,
    coalesce(channel_minutes.credited_minutes, 0) as credited_minutes,
    coalesce(channel_minutes.minute_viewers, 0) as minute_viewers,
    days.day_viewers,
    coalesce(day_minutes.day_minute_viewers, 0) as day_minute_viewers,
    channel_days.broadcast_date
from channel_days
inner join days on channel_days.broadcast_date = days.broadcast_date
left join day_minutes on channel_days.broadcast_date = day_minutes.broadcast_date
left join channel_minutes
    on channel_days.broadcast_date = channel_minutes.broadcast_date
        and channel_days.channel_hk = channel_minutes.channel_hk
