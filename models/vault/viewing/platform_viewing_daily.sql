-- Grain: one row per broadcast date and platform with viewing.

with

viewing as (

    select
        broadcast_date,
        platform,
        sum(viewing_seconds) as viewing_seconds,
        count(distinct viewer_hk) as viewers
    from {{ ref('viewing_interval') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, platform

),

minutes as (

    select
        broadcast_date,
        count(distinct viewer_hk) as minute_viewers
    from {{ ref('viewing_minutes') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date

)

select
    viewing.platform,
    cast(viewing.viewing_seconds as decimal(24, 6)) as viewing_seconds,
    viewing.viewers,
    coalesce(minutes.minute_viewers, 0) as minute_viewers,
    viewing.broadcast_date
from viewing
left join minutes on viewing.broadcast_date = minutes.broadcast_date and viewing.platform = 'tv'
