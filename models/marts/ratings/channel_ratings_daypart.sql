-- Grain: one row per broadcast date, channel and daypart with viewing.

{{ config(materialized='view') }}

with

channel_dayparts as (

    select
        *,
        sum(viewing_seconds) over (partition by broadcast_date, daypart) as all_viewing_seconds
    from {{ ref('daypart_viewing_daily') }}

),

named as (

    select
        channel_dayparts.*,
        channel.channel_id,
        channel.channel_name,
        channel.channel_genre,
        channel.broadcaster_name,
        universe.universe_source,
        cast(universe.universe as {{ type_double() }}) as universe,
        row_number() over (
            partition by channel_dayparts.broadcast_date, channel_dayparts.daypart
            order by
                channel_dayparts.viewing_seconds desc, {{ by_code_point('channel.channel_id') }}
        ) as rank_by_viewing
    from channel_dayparts
    inner join {{ ref('channel') }} as channel on channel_dayparts.channel_hk = channel.channel_hk
    inner join {{ ref('universe_daily') }} as universe
        on channel_dayparts.broadcast_date = universe.broadcast_date and universe.target = 'all'

)

select
    channel_hk,
    channel_id,
    channel_name,
    channel_genre,
    broadcaster_name,
    daypart,
    universe_source,
    {{ rating_columns('daypart_seconds') }},
    rank_by_viewing,
    universe,
    daypart_seconds,
    broadcast_date
from named
