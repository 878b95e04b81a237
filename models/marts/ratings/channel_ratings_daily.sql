-- Grain: one row per broadcast date and channel with viewing.

{{ config(materialized='view') }}

with

channel_days as (

    select
        *,
        sum(viewing_seconds) over (partition by broadcast_date) as all_viewing_seconds
    from {{ ref('channel_viewing_daily') }}

),

named as (

    select
        channel_days.*,
        channel.channel_id,
        channel.channel_name,
        channel.channel_genre,
        channel.broadcaster_name,
        universe.universe_source,
        cast(universe.universe as {{ type_double() }}) as universe,
        universe.day_seconds,
        row_number() over (
            partition by channel_days.broadcast_date
            order by channel_days.viewing_seconds desc, {{ by_code_point('channel.channel_id') }}
        ) as rank_by_viewing
    from channel_days
    inner join {{ ref('channel') }} as channel on channel_days.channel_hk = channel.channel_hk
    inner join {{ ref('universe_daily') }} as universe
        on channel_days.broadcast_date = universe.broadcast_date and universe.target = 'all'

)

select
    channel_hk,
    channel_id,
    channel_name,
    channel_genre,
    broadcaster_name,
    universe_source,
    {{ rating_columns('day_seconds') }},
    day_viewers,
    credited_minutes,
    minute_viewers,
    day_minute_viewers,
    cast(minute_viewers as {{ type_double() }}) / nullif(day_minute_viewers, 0)
        as reach_of_day_viewers,
    cast(credited_minutes as {{ type_double() }}) / nullif(day_minute_viewers, 0)
        as trp_of_day_viewers,
    rank_by_viewing,
    universe,
    day_seconds,
    broadcast_date
from named
