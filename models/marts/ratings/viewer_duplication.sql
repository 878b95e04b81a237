-- Grain: one row per broadcast date and pair of channels that reached a viewer in common; the first
-- has the lower channel id.

{{ config(materialized='view') }}

select
    pairs.channel_hk,
    pairs.other_channel_hk,
    channel.channel_id,
    other_channel.channel_id as other_channel_id,
    channel.channel_name,
    other_channel.channel_name as other_channel_name,
    pairs.shared_viewers,
    viewing.reach,
    other_viewing.reach as other_reach,
    pairs.shared_reach,
    100 * pairs.shared_reach / nullif(viewing.reach, 0) as shared_pct,
    100 * pairs.shared_reach / nullif(other_viewing.reach, 0) as other_shared_pct,
    viewing.reach + other_viewing.reach - pairs.shared_reach as combined_reach,
    pairs.broadcast_date
from {{ ref('shared_reach_daily') }} as pairs
inner join {{ ref('channel') }} as channel on pairs.channel_hk = channel.channel_hk
inner join {{ ref('channel') }} as other_channel
    on pairs.other_channel_hk = other_channel.channel_hk
inner join {{ ref('channel_viewing_daily') }} as viewing
    on pairs.broadcast_date = viewing.broadcast_date and pairs.channel_hk = viewing.channel_hk
inner join {{ ref('channel_viewing_daily') }} as other_viewing
    on pairs.broadcast_date = other_viewing.broadcast_date
        and pairs.other_channel_hk = other_viewing.channel_hk
