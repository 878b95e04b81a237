-- Grain: one row per broadcast date, channel and viewer with viewing.
-- Seconds have 19 digits: DuckDB multiplies decimals of up to 18 in 64 bits, too few for the
-- weighted ones.

with

viewing as (

    select
        broadcast_date,
        channel_hk,
        viewer_hk,
        sum(viewing_seconds) as viewing_seconds,
        max(reach_seconds) as reach_seconds
    from {{ ref('viewing_interval') }}
    where platform = 'tv' and {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, channel_hk, viewer_hk

)

select
    viewing.viewer_hk,
    viewing.channel_hk,
    cast(viewing.viewing_seconds as decimal(19, 6)) as viewing_seconds,
    cast(viewing.reach_seconds as decimal(18, 6)) as reach_seconds,
    cast(coalesce(profiles.weight, 1) as decimal(18, 6)) as weight,
    viewing.broadcast_date
from viewing
left join {{ ref('viewer_profile_span') }} as profiles
    on viewing.viewer_hk = profiles.viewer_hk
        and viewing.broadcast_date between profiles.first_date and profiles.last_date
