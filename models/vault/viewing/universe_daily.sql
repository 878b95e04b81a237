-- Grain: one row per broadcast date and target, with no gap, from the first event's date to the last
-- event's or viewing's.

{{ config(incremental_strategy='replace') }}
-- The universe is the estimate in the seed universe_estimates, else the weights of the target's
-- viewers known by that date; one without a profile yet counts 1.

with

first_profiles as (

    select
        viewer_hk,
        min(first_date) as first_date
    from {{ ref('viewer_profile_span') }}
    group by viewer_hk

),

weighted as (

    select
        membership.target,
        profiles.weight,
        greatest(membership.first_date, profiles.first_date) as first_date,
        least(membership.last_date, profiles.last_date) as last_date
    from {{ ref('target_membership') }} as membership
    inner join {{ ref('viewer_profile_span') }} as profiles
        on membership.viewer_hk = profiles.viewer_hk
            and membership.first_date <= profiles.last_date
            and membership.last_date >= profiles.first_date
    union all
    select
        membership.target,
        1 as weight,
        membership.first_date,
        coalesce(first_profiles.first_date - 1, membership.last_date) as last_date
    from {{ ref('target_membership') }} as membership
    left join first_profiles on membership.viewer_hk = first_profiles.viewer_hk
    where membership.target = 'all'
        and coalesce(first_profiles.first_date > membership.first_date, true)

),

changes as (

    select
        target,
        weight as change,
        first_date as broadcast_date
    from weighted
    union all
    select
        target,
        -weight as change,
        last_date + 1 as broadcast_date
    from weighted
    where last_date < {{ end_of_time() }}
    union all
    select
        targets.target,
        0 as change,
        calendar.broadcast_date
    from {{ ref('targets') }} as targets
    cross join {{ ref('broadcast_calendar') }} as calendar

),

known_viewers as (

    select
        target,
        broadcast_date,
        sum(sum(change)) over (partition by target order by broadcast_date) as persons
    from changes
    group by target, broadcast_date

),

events as (

    select
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from {{ ref('viewer_activity') }}

),

last_viewing as (

    select max(broadcast_date) as broadcast_date from {{ ref('viewing_interval') }}

),

days as (

    select
        calendar.day_seconds,
        calendar.broadcast_date
    from {{ ref('broadcast_calendar') }} as calendar
    inner join events on calendar.day_ended_at > events.first_event_at
    cross join last_viewing
    where calendar.day_started_at <= events.last_event_at
        or calendar.broadcast_date <= last_viewing.broadcast_date

)

select
    known_viewers.target,
    case when estimates.persons is null then 'known viewers' else 'estimate' end as universe_source,
    cast(coalesce(estimates.persons, known_viewers.persons) as decimal(24, 6)) as universe,
    days.day_seconds,
    days.broadcast_date
from known_viewers
inner join days on known_viewers.broadcast_date = days.broadcast_date
left join {{ ref('universe_estimates') }} as estimates
    on known_viewers.target = estimates.target
        and known_viewers.broadcast_date between estimates.valid_from and estimates.valid_to
