-- Grain: one row per target, viewer and stretch of broadcast dates over which one profile puts the
-- viewer in the target.

{{ config(incremental_strategy='replace') }}
-- Someone born in y is of age a from the first day of the year y + a to the last. Visitors are
-- known by their sessions: a sign-in makes an anonymous device's events the account's.

with

wanted as (

    select
        cast(target as {{ type_string() }}) as target,
        gender,
        {{ fold(clean_text('region')) }} as region,
        age_from,
        age_to
    from {{ ref('targets') }}
    where target <> 'all'

),

fitting as (

    select
        wanted.target,
        profiles.viewer_hk,
        greatest(
            profiles.first_date,
            coalesce(
                make_date(profiles.birth_year + wanted.age_from, 1, 1), profiles.first_date
            )
        ) as first_date,
        least(
            profiles.last_date,
            coalesce(make_date(profiles.birth_year + wanted.age_to, 12, 31), profiles.last_date)
        ) as last_date
    from {{ ref('viewer_profile_span') }} as profiles
    inner join wanted
        on (wanted.gender is null or profiles.gender = wanted.gender)
            and (wanted.region is null or profiles.region = wanted.region)
            and (
                coalesce(wanted.age_from, wanted.age_to) is null
                or profiles.birth_year is not null
            )

)

select
    'all' as target,
    viewer_hk,
    first_date,
    {{ end_of_time() }} as last_date
from {{ ref('known_viewer') }}
union all
select * from fitting
where first_date <= last_date
