-- Grain: one row per broadcast date, daypart and piece: a daypart that runs across the start of the
-- broadcast day has two on a date.

{{ config(incremental_strategy='replace') }}

{% set day_start = broadcast_day_start_seconds() %}
{% set a_day = 86400 %}

with

-- Seconds on the wall clock from the start of the broadcast day; a daypart that runs across the end
-- of the day ends after a_day.
dayparts as (

    select
        cast(daypart as {{ type_string() }}) as daypart,
        mod({{ clock_minutes('start_time') }} * 60 - {{ day_start }} + {{ a_day }}, {{ a_day }})
            as starts_after,
        mod({{ clock_minutes('start_time') }} * 60 - {{ day_start }} + {{ a_day }}, {{ a_day }})
        + mod(
            {{ clock_minutes('end_time') }} * 60 - {{ clock_minutes('start_time') }} * 60
            + {{ a_day - 60 }}, {{ a_day }}
        ) + 60 as ends_after
    from {{ ref('dayparts') }}

),

pieces as (

    select
        daypart,
        starts_after,
        least(ends_after, {{ a_day }}) as ends_after
    from dayparts
    union all
    select
        daypart,
        0 as starts_after,
        ends_after - {{ a_day }} as ends_after
    from dayparts
    where ends_after > {{ a_day }}

),

borders as (

    select starts_after as seconds_after from pieces
    union distinct
    select ends_after as seconds_after from pieces

),

days as (

    select
        *,
        {{ add_seconds('cast(broadcast_date as timestamp)', day_start) }} as day_start_reading
    from {{ ref('broadcast_calendar') }}

),

readings as (

    select
        days.broadcast_date,
        borders.seconds_after,
        {{ add_seconds('days.day_start_reading', 'borders.seconds_after') }} as reading
    from days
    cross join borders

),

{{ first_instants('readings', ['broadcast_date', 'seconds_after']) }},

pieces_of_days as (

    select
        days.broadcast_date,
        pieces.daypart,
        greatest(opening.reached_at, days.day_started_at) as started_at,
        least(closing.reached_at, days.day_ended_at) as ended_at
    from days
    cross join pieces
    inner join first_instants as opening
        on days.broadcast_date = opening.broadcast_date
            and pieces.starts_after = opening.seconds_after
    inner join first_instants as closing
        on days.broadcast_date = closing.broadcast_date
            and pieces.ends_after = closing.seconds_after

)

select
    daypart,
    cast(
        sum({{ seconds_between('started_at', 'ended_at') }}) over (
            partition by broadcast_date, daypart
        ) as integer
    ) as daypart_seconds,
    broadcast_date,
    started_at,
    ended_at
from pieces_of_days
where ended_at > started_at
