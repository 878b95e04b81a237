{{ config(meta={'dagster': {'ref': {'name': 'universe_daily'}}}) }}
-- No date of the universes lacks a target of the seed.

with

dates as (

    select distinct broadcast_date from {{ ref('universe_daily') }}

)

select
    dates.broadcast_date,
    targets.target
from dates
cross join {{ ref('targets') }} as targets
left join {{ ref('universe_daily') }} as universe
    on dates.broadcast_date = universe.broadcast_date and targets.target = universe.target
where universe.target is null
