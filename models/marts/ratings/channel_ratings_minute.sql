-- Grain: one row per clock minute and channel with viewing.

{{ config(materialized='view') }}

select
    minutes.channel_hk,
    channel.channel_id,
    channel.channel_name,
    minutes.average_audience,
    100 * minutes.average_audience / nullif(cast(universe.universe as {{ type_double() }}), 0)
        as rating_pct,
    cast(universe.universe as {{ type_double() }}) as universe,
    minutes.broadcast_date,
    minutes.minute_started_at
from {{ ref('channel_minute_audience') }} as minutes
inner join {{ ref('channel') }} as channel on minutes.channel_hk = channel.channel_hk
inner join {{ ref('universe_daily') }} as universe
    on minutes.broadcast_date = universe.broadcast_date and universe.target = 'all'
