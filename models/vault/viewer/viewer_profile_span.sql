-- Grain: one row per viewer and stretch of broadcast dates over which its profile and household held.

{{ config(incremental_strategy='replace') }}
-- A profile holds from the broadcast date that valid_from names: a date as it was delivered, not an
-- instant. Of two that begin on one date the history's last holds.

{% set zone = feed_setting('viewer_profiles', 'timezone') %}

with

profiles as (

    select
        viewer_hk,
        gender,
        region,
        birth_year,
        cast(coalesce(weight, 1) as decimal(18, 6)) as weight,
        cast({{ wall_clock('valid_from_at', zone) }} as date) as first_date,
        cast({{ wall_clock('valid_to_at', zone) }} as date) as next_first_date
    from {{ ref('viewer_profile_history') }}
    where viewer_hk <> {{ zero_key() }}

),

households as (

    select
        viewer_hk,
        household_hk,
        cast({{ wall_clock('valid_from_at', zone) }} as date) as first_date,
        cast({{ wall_clock('valid_to_at', zone) }} as date) as next_first_date
    from {{ ref('viewer_household_history') }}
    where viewer_hk <> {{ zero_key() }}

),

spans as (

    select
        profiles.viewer_hk,
        households.household_hk,
        profiles.gender,
        profiles.region,
        profiles.birth_year,
        profiles.weight,
        greatest(profiles.first_date, households.first_date) as first_date,
        least(
            coalesce(profiles.next_first_date - 1, {{ end_of_time() }}),
            coalesce(households.next_first_date - 1, {{ end_of_time() }})
        ) as last_date
    from profiles
    inner join households on profiles.viewer_hk = households.viewer_hk

)

select * from spans
where first_date <= last_date
