-- Grain: one row per broadcast date, channel and target with viewing.

with

viewing as (

    select
        viewing.*,
        membership.target
    from {{ ref('viewer_channel_daily') }} as viewing
    inner join {{ ref('target_membership') }} as membership
        on viewing.viewer_hk = membership.viewer_hk
            and viewing.broadcast_date between membership.first_date and membership.last_date
    where {{ in_affected_dates('viewing.broadcast_date') }}

),

channels as (

    select
        channel_hk,
        target,
        {{ viewer_totals() }},
        broadcast_date
    from viewing
    group by broadcast_date, channel_hk, target

),

targets as (

    select
        target,
        count(distinct viewer_hk) as day_viewers,
        broadcast_date
    from viewing
    group by broadcast_date, target

)

select
    channels.channel_hk,
    channels.target,
    channels.viewing_seconds,
    channels.viewers,
    channels.viewers_weighted,
    channels.reach,
    channels.reach_1min,
    channels.reach_3min,
    channels.reach_5min,
    channels.reach_15min,
    targets.day_viewers,
    channels.broadcast_date
from channels
inner join targets
    on channels.broadcast_date = targets.broadcast_date and channels.target = targets.target
