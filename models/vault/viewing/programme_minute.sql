-- Grain: one row per broadcast date of viewing, slot of the schedule, live or not, and clock minute
-- of the broadcast with viewing.
-- Where a viewer comes or goes, the seconds of that minute change by what is left of it, and those
-- of the next by the rest; the sum of the changes so far is what a minute has. Weights have 19
-- digits: DuckDB multiplies decimals of up to 18 in 64 bits, too few for weighted seconds.

{{ config(meta={'days_after': play_back_days()}) }}

with

borders as (

    select
        schedule_slot_hk,
        cast(weight as decimal(19, 6)) as weight_change,
        lag_days,
        is_live,
        programme_date,
        broadcast_date,
        seen_from_at as border_at
    from {{ ref('programme_viewing') }}
    where {{ in_affected_dates('broadcast_date') }}
    union all
    select
        schedule_slot_hk,
        cast(-weight as decimal(19, 6)) as weight_change,
        lag_days,
        is_live,
        programme_date,
        broadcast_date,
        seen_to_at as border_at
    from {{ ref('programme_viewing') }}
    where {{ in_affected_dates('broadcast_date') }}

),

timed_borders as (

    select
        *,
        {{ seconds_between("date_trunc('minute', border_at)", 'border_at') }} as seconds_in,
        date_trunc('minute', border_at) as minute_started_at
    from borders

),

changes as (

    select
        *,
        weight_change * (60 - seconds_in) as change_of_seconds,
        minute_started_at as changed_minute_at
    from timed_borders
    union all
    select
        *,
        weight_change * seconds_in as change_of_seconds,
        {{ add_seconds('minute_started_at', 60) }} as changed_minute_at
    from timed_borders

),

changed_minutes as (

    select
        schedule_slot_hk,
        lag_days,
        is_live,
        programme_date,
        broadcast_date,
        changed_minute_at,
        sum(change_of_seconds) as change_of_seconds
    from changes
    group by
        schedule_slot_hk, lag_days, is_live, programme_date, broadcast_date, changed_minute_at

),

runs as (

    select
        *,
        sum(change_of_seconds) over (
            partition by schedule_slot_hk, broadcast_date, is_live order by changed_minute_at
        ) as viewing_seconds,
        lead(changed_minute_at) over (
            partition by schedule_slot_hk, broadcast_date, is_live order by changed_minute_at
        ) as next_changed_minute_at
    from changed_minutes

)

select
    schedule_slot_hk,
    cast(viewing_seconds as decimal(38, 12)) as viewing_seconds,
    lag_days,
    is_live,
    programme_date,
    broadcast_date,
    {{ series('changed_minute_at', add_seconds('next_changed_minute_at', -60), 60) }}
        as minute_started_at
from runs
where viewing_seconds > 0
