-- Grain: one row per broadcast date, target, platform, device and genre, dates without viewing
-- included; `all` stands for all platforms, devices or genres together.

{{ config(materialized='view') }}

with

slices as (

    select distinct
        platform,
        device,
        genre
    from {{ ref('audience_viewing_daily') }}

)

select
    universe.target,
    slices.platform,
    slices.device,
    slices.genre,
    universe.universe_source,
    coalesce(cast(viewing.viewing_seconds as {{ type_double() }}), 0) as viewing_seconds,
    coalesce(viewing.viewers, 0) as viewers,
    coalesce(viewing.viewers_weighted, 0) as viewers_weighted,
    cast(viewing.viewing_seconds as {{ type_double() }}) / nullif(viewing.viewers_weighted, 0)
        as average_seconds_per_viewer,
    coalesce(cast(viewing.viewing_seconds as {{ type_double() }}), 0)
    / nullif(cast(universe.universe as {{ type_double() }}), 0) as average_seconds_per_person,
    cast(universe.universe as {{ type_double() }}) as universe,
    universe.broadcast_date
from {{ ref('universe_daily') }} as universe
cross join slices
left join {{ ref('audience_viewing_daily') }} as viewing
    on universe.broadcast_date = viewing.broadcast_date
        and universe.target = viewing.target
        and slices.platform = viewing.platform
        and slices.device = viewing.device
        and slices.genre = viewing.genre
