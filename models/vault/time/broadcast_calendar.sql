-- Grain: one row per broadcast date, from before the first event to after the last, with no gap.

{{ config(incremental_strategy='replace') }}
-- A date starts at the first instant whose wall clock reaches broadcast_day_start. The first are
-- those of programmes that the first viewing may have played back.

{% set a_day = 86400 %}
{% set seconds_before = (play_back_days() + 3) * a_day %}
{% set seconds_after = 4 * a_day + var('liveness_hold_seconds') %}

with

span as (

    select
        {{ add_seconds("date_trunc('day', min(first_event_at))", -seconds_before) }} as first_date,
        {{ add_seconds("date_trunc('day', max(last_event_at))", seconds_after) }} as last_date
    from {{ ref('viewer_activity') }}
    having min(first_event_at) is not null

),

midnights as (

    select {{ series('first_date', 'last_date', a_day) }} as midnight
    from span

),

dates as (

    select cast(midnight as date) as broadcast_date
    from midnights

),

readings as (

    select
        broadcast_date,
        {{ add_seconds('cast(broadcast_date as timestamp)', broadcast_day_start_seconds()) }}
            as reading
    from dates

),

{{ first_instants('readings', ['broadcast_date']) }},

days as (

    select
        broadcast_date,
        reached_at as day_started_at,
        lead(reached_at) over (order by broadcast_date) as day_ended_at
    from first_instants

)

select
    cast({{ seconds_between('day_started_at', 'day_ended_at') }} as integer) as day_seconds,
    broadcast_date,
    day_started_at,
    day_ended_at
from days
where day_ended_at > day_started_at
