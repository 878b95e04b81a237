{{ config(meta={'dagster': {'ref': {'name': 'channel_ratings_target'}}}) }}
-- To the viewing of those whose profile has what the partition asks for, with their weights: that
-- of `all` less those who can't be placed.

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

added as (

    select
        targets.partition_name,
        ratings.broadcast_date,
        ratings.channel_hk,
        sum(ratings.viewing_seconds) as viewing_seconds,
        sum(ratings.average_audience) as average_audience
    from {{ rows_to_test(ref('channel_ratings_target')) }} as ratings
    inner join {{ ref('targets') }} as targets on ratings.target = targets.target
    where targets.partition_name is not null
    group by targets.partition_name, ratings.broadcast_date, ratings.channel_hk

),

placed as (

    select
        asked.partition_name,
        viewing.broadcast_date,
        viewing.channel_hk,
        cast(
            sum(viewing.weight * viewing.viewing_seconds) as {{ type_double() }}
        ) as viewing_seconds
    from {{ rows_to_test(ref('viewer_channel_daily')) }} as viewing
    inner join {{ ref('viewer_profile_span') }} as profiles
        on viewing.viewer_hk = profiles.viewer_hk
            and viewing.broadcast_date between profiles.first_date and profiles.last_date
    inner join asked
        on (asked.genders = 0 or profiles.gender is not null)
            and (asked.regions = 0 or profiles.region is not null)
            and (asked.ages = 0 or profiles.birth_year is not null)
    group by asked.partition_name, viewing.broadcast_date, viewing.channel_hk

)

select
    placed.partition_name,
    placed.broadcast_date,
    placed.channel_hk,
    placed.viewing_seconds,
    added.viewing_seconds as added_seconds,
    added.average_audience
from placed
full outer join added
    on placed.partition_name = added.partition_name
        and placed.broadcast_date = added.broadcast_date
        and placed.channel_hk = added.channel_hk
where abs(coalesce(placed.viewing_seconds, -1) - coalesce(added.viewing_seconds, -1)) > 0.001
