-- Grain: one row per broadcast date and platform with viewing.

with

viewer_days as (

    select
        broadcast_date,
        platform,
        viewer_hk,
        sum(viewing_seconds) as viewing_seconds
    from {{ ref('viewing_interval') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, platform, viewer_hk

),

viewing as (

    select
        viewer_days.broadcast_date,
        viewer_days.platform,
        sum(
            cast(coalesce(profiles.weight, 1) as decimal(18, 6))
            * cast(viewer_days.viewing_seconds as decimal(19, 6))
        ) as viewing_seconds,
        sum(coalesce(profiles.weight, 1)) as viewers_weighted,
        count(*) as viewers
    from viewer_days
    left join {{ ref('viewer_profile_span') }} as profiles
        on viewer_days.viewer_hk = profiles.viewer_hk
            and viewer_days.broadcast_date between profiles.first_date and profiles.last_date
    group by viewer_days.broadcast_date, viewer_days.platform

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
    cast(viewing.viewing_seconds as decimal(38, 12)) as viewing_seconds,
    viewing.viewers,
    cast(viewing.viewers_weighted as {{ type_double() }}) as viewers_weighted,
    coalesce(minutes.minute_viewers, 0) as minute_viewers,
    viewing.broadcast_date
from viewing
left join minutes on viewing.broadcast_date = minutes.broadcast_date and viewing.platform = 'tv'
