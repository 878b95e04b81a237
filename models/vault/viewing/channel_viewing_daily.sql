-- Grain: one row per broadcast date and channel with viewing.

with

channel_days as (

    select
        broadcast_date,
        channel_hk,
        sum(weight * viewing_seconds) as viewing_seconds,
        count(*) as viewers,
        sum(weight) as viewers_weighted,
        sum(case when reach_seconds >= 60 * {{ var('reach_minutes') }} then weight else 0 end)
            as reach,
        sum(case when reach_seconds >= 60 then weight else 0 end) as reach_1min,
        sum(case when reach_seconds >= 180 then weight else 0 end) as reach_3min,
        sum(case when reach_seconds >= 300 then weight else 0 end) as reach_5min,
        sum(case when reach_seconds >= 900 then weight else 0 end) as reach_15min
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

)

select
    channel_days.channel_hk,
    cast(channel_days.viewing_seconds as decimal(38, 12)) as viewing_seconds,
    channel_days.viewers,
    cast(channel_days.viewers_weighted as {{ type_double() }}) as viewers_weighted,
    cast(channel_days.reach as {{ type_double() }}) as reach,
    cast(channel_days.reach_1min as {{ type_double() }}) as reach_1min,
    cast(channel_days.reach_3min as {{ type_double() }}) as reach_3min,
    cast(channel_days.reach_5min as {{ type_double() }}) as reach_5min,
    cast(channel_days.reach_15min as {{ type_double() }}) as reach_15min,
    coalesce(channel_minutes.credited_minutes, 0) as credited_minutes,
    coalesce(channel_minutes.minute_viewers, 0) as minute_viewers,
    channel_days.broadcast_date
from channel_days
left join channel_minutes
    on channel_days.broadcast_date = channel_minutes.broadcast_date
        and channel_days.channel_hk = channel_minutes.channel_hk
