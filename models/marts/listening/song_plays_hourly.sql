-- Grain: one row per broadcast date and hour of the market's wall clock in which a song began.

{% set clock = wall_clock('started_at', var('market_timezone')) %}

with

plays as (

    select
        *,
        {{ clock }} as clock_reading
    from {{ ref('song_play') }}
    where {{ in_affected_dates('broadcast_date') }}

),

-- An hour is told by the instant at which it began: where clocks are put back one returns.
plays_in_hours as (

    select
        *,
        started_at - (clock_reading - date_trunc('hour', clock_reading)) as hour_started_at,
        cast(extract(hour from clock_reading) as integer) as hour_of_day
    from plays

)

select
    hour_of_day,
    count(*) as plays,
    count(case when is_stream then 1 end) as streams,
    count(case when is_skip then 1 end) as skips,
    count(case when is_early_skip then 1 end) as early_skips,
    count(distinct viewer_hk) as listeners,
    count(distinct song_hk) as songs,
    cast(coalesce(sum(played_seconds), 0) as {{ type_double() }}) as played_seconds,
    broadcast_date,
    hour_started_at
from plays_in_hours
group by broadcast_date, hour_started_at, hour_of_day
