-- Grain: one row per broadcast date, channel and daypart with viewing.

with

viewing as (

    select
        stays.broadcast_date,
        stays.channel_hk,
        stays.viewer_hk,
        dayparts.daypart,
        dayparts.daypart_seconds,
        sum({{ seconds_between(
            'greatest(stays.started_at, dayparts.started_at)',
            'least(stays.ended_at, dayparts.ended_at)'
        ) }}) as viewing_seconds,
        max(stays.reach_seconds) as reach_seconds
    from {{ ref('viewing_interval') }} as stays
    inner join {{ ref('daypart_calendar') }} as dayparts
        on stays.broadcast_date = dayparts.broadcast_date
            and stays.started_at < dayparts.ended_at
            and stays.ended_at > dayparts.started_at
    where stays.platform = 'tv' and {{ in_affected_dates('stays.broadcast_date') }}
    group by
        stays.broadcast_date,
        stays.channel_hk,
        stays.viewer_hk,
        dayparts.daypart,
        dayparts.daypart_seconds

),

weighted_viewing as (

    select
        viewing.broadcast_date,
        viewing.channel_hk,
        viewing.daypart,
        viewing.daypart_seconds,
        cast(viewing.viewing_seconds as decimal(19, 6)) as viewing_seconds,
        viewing.reach_seconds,
        weights.weight
    from viewing
    inner join {{ ref('viewer_channel_daily') }} as weights
        on viewing.broadcast_date = weights.broadcast_date
            and viewing.channel_hk = weights.channel_hk
            and viewing.viewer_hk = weights.viewer_hk
    where {{ in_affected_dates('weights.broadcast_date') }}

)

select
    channel_hk,
    daypart,
    {{ viewer_totals() }},
    daypart_seconds,
    broadcast_date
from weighted_viewing
group by broadcast_date, channel_hk, daypart, daypart_seconds
