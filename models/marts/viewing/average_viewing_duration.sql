-- Grain: one row per broadcast date and platform, dates without viewing included.

{{ config(materialized='view') }}

with

platforms as (

    select distinct platform from {{ ref('platform_viewing_daily') }}

)

select
    platforms.platform,
    universe.universe_source,
    coalesce(cast(viewing.viewing_seconds as {{ type_double() }}), 0) as viewing_seconds,
    coalesce(viewing.viewers, 0) as viewers,
    cast(viewing.viewing_seconds as {{ type_double() }}) / viewing.viewers
        as average_seconds_per_viewer,
    coalesce(cast(viewing.viewing_seconds as {{ type_double() }}), 0)
    / nullif(cast(universe.universe as {{ type_double() }}), 0) as average_seconds_per_person,
    cast(universe.universe as {{ type_double() }}) as universe,
    universe.broadcast_date
from {{ ref('universe_daily') }} as universe
cross join platforms
left join {{ ref('platform_viewing_daily') }} as viewing
    on universe.broadcast_date = viewing.broadcast_date and platforms.platform = viewing.platform
where universe.target = 'all'
