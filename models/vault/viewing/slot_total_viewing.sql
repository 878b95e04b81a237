-- Grain: one row per slot of the schedule while which anything was viewed live, on any channel.
-- Between one change of the audience of all channels and the next, viewing grows evenly; so it has
-- a total at the start and at the end of each slot. Weights are those on the slot's date, as in its
-- own audience; so each date of slots has a time line of its own.

{{ config(meta={'days_before': 2}) }}

with

slots as (

    select * from {{ ref('schedule_slot') }}
    where {{ in_affected_dates('broadcast_date') }}

),

dates as (

    select
        broadcast_date,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from slots
    group by broadcast_date

),

stays as (

    select
        dates.broadcast_date,
        stays.started_at,
        stays.ended_at,
        coalesce(profiles.weight, 1) as weight
    from {{ ref('viewing_interval') }} as stays
    inner join dates
        on stays.broadcast_date between dates.broadcast_date and dates.broadcast_date + 2
            and stays.started_at < dates.ended_at
            and stays.ended_at > dates.started_at
    left join {{ ref('viewer_profile_span') }} as profiles
        on stays.viewer_hk = profiles.viewer_hk
            and dates.broadcast_date between profiles.first_date and profiles.last_date
    where stays.platform = 'tv'
        and stays.broadcast_at is null
        and {{ in_affected_dates('stays.broadcast_date', days_after=2) }}

),

changes as (

    select
        broadcast_date,
        weight as weight_change,
        started_at as changed_at
    from stays
    union all
    select
        broadcast_date,
        -weight as weight_change,
        ended_at as changed_at
    from stays
    union all
    select
        broadcast_date,
        0 as weight_change,
        started_at as changed_at
    from slots
    union all
    select
        broadcast_date,
        0 as weight_change,
        ended_at as changed_at
    from slots

),

instants as (

    select
        broadcast_date,
        changed_at,
        sum(weight_change) as weight_change
    from changes
    group by broadcast_date, changed_at

),

stretches as (

    select
        broadcast_date,
        changed_at,
        cast(sum(weight_change) over (
            partition by broadcast_date
            order by changed_at
            rows between unbounded preceding and 1 preceding
        ) as decimal(20, 6)) as audience_before,
        {{ seconds_between(
            'lag(changed_at) over (partition by broadcast_date order by changed_at)', 'changed_at'
        ) }} as seconds_before
    from instants

),

totals as (

    select
        broadcast_date,
        changed_at,
        coalesce(sum(audience_before * seconds_before) over (
            partition by broadcast_date order by changed_at
        ), 0) as viewing_seconds
    from stretches

)

select
    slots.schedule_slot_hk,
    cast(at_end.viewing_seconds - at_start.viewing_seconds as decimal(38, 12))
        as total_viewing_seconds,
    slots.broadcast_date
from slots
inner join totals as at_start
    on slots.broadcast_date = at_start.broadcast_date and slots.started_at = at_start.changed_at
inner join totals as at_end
    on slots.broadcast_date = at_end.broadcast_date and slots.ended_at = at_end.changed_at
where at_end.viewing_seconds > at_start.viewing_seconds
