-- Grain: one row per broadcast date, channel and target with viewing.

{{ config(materialized='view') }}

with

target_days as (

    select
        *,
        sum(viewing_seconds) over (partition by broadcast_date, target) as all_viewing_seconds
    from {{ ref('target_viewing_daily') }}

),

named as (

    select
        target_days.*,
        channel.channel_id,
        channel.channel_name,
        channel.channel_genre,
        channel.broadcaster_name,
        universe.universe_source,
        cast(universe.universe as {{ type_double() }}) as universe,
        universe.day_seconds,
        row_number() over (
            partition by target_days.broadcast_date, target_days.target
            order by target_days.viewing_seconds desc, {{ by_code_point('channel.channel_id') }}
        ) as rank_by_viewing
    from target_days
    inner join {{ ref('channel') }} as channel on target_days.channel_hk = channel.channel_hk
    inner join {{ ref('universe_daily') }} as universe
        on target_days.broadcast_date = universe.broadcast_date
            and target_days.target = universe.target

)

select
    channel_hk,
    channel_id,
    channel_name,
    channel_genre,
    broadcaster_name,
    target,
    universe_source,
    {{ rating_columns('day_seconds') }},
    day_viewers,
    rank_by_viewing,
    universe,
    day_seconds,
    broadcast_date
from named
