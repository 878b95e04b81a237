-- Grain: one row per broadcast date and channel with viewing.

with

-- The neighbouring dates tell how long a stay is that crosses the border of an affected date.
stays as (

    select
        *,
        lag(ended_at) over (
            partition by viewer_hk, channel_hk order by started_at
        ) as previous_ended_at
    from {{ ref('viewing_interval') }}
    where platform = 'tv' and {{ in_affected_dates('broadcast_date', days_before=1, days_after=1) }}

),

numbered_stays as (

    select
        *,
        sum(case when previous_ended_at = started_at then 0 else 1 end) over (
            partition by viewer_hk, channel_hk order by started_at
        ) as stay_number
    from stays

),

whole_stays as (

    select
        *,
        sum(viewing_seconds) over (partition by viewer_hk, channel_hk, stay_number) as stay_seconds
    from numbered_stays

),

viewer_days as (

    select
        broadcast_date,
        channel_hk,
        viewer_hk,
        1 as weight,
        sum(viewing_seconds) as viewing_seconds,
        max(stay_seconds) as longest_stay_seconds
    from whole_stays
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, channel_hk, viewer_hk

),

channel_days as (

    select
        broadcast_date,
        channel_hk,
        sum(weight * viewing_seconds) as viewing_seconds,
        count(*) as viewers,
        sum(weight) as viewers_weighted,
        sum(
            case when longest_stay_seconds >= 60 * {{ var('reach_minutes') }} then weight else 0 end
        ) as reach,
        sum(case when longest_stay_seconds >= 60 then weight else 0 end) as reach_1min,
        sum(case when longest_stay_seconds >= 180 then weight else 0 end) as reach_3min,
        sum(case when longest_stay_seconds >= 300 then weight else 0 end) as reach_5min,
        sum(case when longest_stay_seconds >= 900 then weight else 0 end) as reach_15min
    from viewer_days
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
    cast(channel_days.viewing_seconds as decimal(24, 6)) as viewing_seconds,
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
