{{ config(meta={'dagster': {'ref': {'name': 'universe_daily'}}}) }}
-- To the weights of the viewers whose profile has what the partition asks for: those of `all` less
-- those who can't be placed. Estimates, which are rounded, to that of `all` within 1 %.

with

asked as (

    select
        partition_name,
        count(gender) as genders,
        count(region) as regions,
        count(coalesce(age_from, age_to)) as ages
    from {{ ref('targets') }}
    where partition_name is not null
    group by partition_name

),

placed as (

    select
        asked.partition_name,
        universe.broadcast_date,
        coalesce(sum(profiles.weight), 0) as persons
    from asked
    cross join {{ ref('universe_daily') }} as universe
    left join {{ ref('viewer_profile_span') }} as profiles
        on universe.broadcast_date between profiles.first_date and profiles.last_date
            and (asked.genders = 0 or profiles.gender is not null)
            and (asked.regions = 0 or profiles.region is not null)
            and (asked.ages = 0 or profiles.birth_year is not null)
    where universe.target = 'all'
    group by asked.partition_name, universe.broadcast_date

),

added as (

    select
        targets.partition_name,
        universe.broadcast_date,
        min(universe.universe_source) as lowest_source,
        max(universe.universe_source) as highest_source,
        sum(universe.universe) as persons
    from {{ ref('universe_daily') }} as universe
    inner join {{ ref('targets') }} as targets on universe.target = targets.target
    where targets.partition_name is not null
    group by targets.partition_name, universe.broadcast_date

)

select
    added.*,
    placed.persons as persons_placed,
    universe.universe as universe_of_all
from added
inner join placed
    on added.partition_name = placed.partition_name
        and added.broadcast_date = placed.broadcast_date
inner join {{ ref('universe_daily') }} as universe
    on added.broadcast_date = universe.broadcast_date and universe.target = 'all'
where added.lowest_source = added.highest_source
    and case
        when added.lowest_source = 'known viewers' then added.persons <> placed.persons
        when universe.universe_source = 'estimate'
            then abs(added.persons - universe.universe) > universe.universe * 0.01
        else false
    end
