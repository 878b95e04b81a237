-- Grain: one row per broadcast date, viewer and platform with viewing.

with

viewing as (

    select
        broadcast_date,
        viewer_hk,
        platform,
        sum(viewing_seconds) as viewing_seconds,
        count(*) as intervals,
        count(distinct case platform
            when 'tv' then channel_hk
            when 'audio' then song_hk
            else programme_hk
        end) as channels
    from {{ ref('viewing_interval') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by broadcast_date, viewer_hk, platform

)

select
    viewing.viewer_hk,
    hub_viewer.viewer_id,
    viewing.platform,
    cast(viewing.viewing_seconds as {{ type_double() }}) as viewing_seconds,
    cast(coalesce(profiles.weight, 1) as decimal(18, 6)) as weight,
    viewing.intervals,
    viewing.channels,
    viewing.broadcast_date
from viewing
inner join {{ ref('hub_viewer') }} as hub_viewer on viewing.viewer_hk = hub_viewer.viewer_hk
left join {{ ref('viewer_profile_span') }} as profiles
    on viewing.viewer_hk = profiles.viewer_hk
        and viewing.broadcast_date between profiles.first_date and profiles.last_date
