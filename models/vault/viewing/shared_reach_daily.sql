-- Grain: one row per broadcast date and pair of channels that reached a viewer in common; the first
-- has the lower channel id.

with

reached as (

    select
        viewing.viewer_hk,
        viewing.channel_hk,
        {{ by_code_point('hub_channel.channel_id') }} as channel_id,
        viewing.weight,
        viewing.broadcast_date
    from {{ ref('viewer_channel_daily') }} as viewing
    inner join {{ ref('hub_channel') }} as hub_channel
        on viewing.channel_hk = hub_channel.channel_hk
    where viewing.reach_seconds >= 60 * {{ var('reach_minutes') }}
        and {{ in_affected_dates('viewing.broadcast_date') }}

)

select
    reached.channel_hk,
    other_reached.channel_hk as other_channel_hk,
    count(*) as shared_viewers,
    cast(sum(reached.weight) as {{ type_double() }}) as shared_reach,
    reached.broadcast_date
from reached
inner join reached as other_reached
    on reached.broadcast_date = other_reached.broadcast_date
        and reached.viewer_hk = other_reached.viewer_hk
        and reached.channel_id < other_reached.channel_id
group by reached.broadcast_date, reached.channel_hk, other_reached.channel_hk
