-- Grain: one row per slot of the schedule, direction and channel that its live viewers came from or
-- went to, one of them no channel.

{{ config(materialized='view', meta={'days_before': 2, 'days_after': 1}) }}

select
    flow.schedule_slot_hk,
    slots.channel_hk,
    slots.programme_hk,
    flow.flow_channel_hk,
    channel.channel_id,
    channel.channel_name,
    hub_programme.programme_id,
    programme.programme_name,
    flow_channel.channel_id as flow_channel_id,
    flow_channel.channel_name as flow_channel_name,
    flow.direction,
    case
        when flow.flow_channel_hk = {{ zero_key() }} then 'off'
        when flow.flow_channel_hk = slots.channel_hk then 'stayed'
        else 'switched'
    end as flow_kind,
    flow.viewers,
    flow.viewers_weighted,
    100 * flow.viewers_weighted / nullif(
        sum(flow.viewers_weighted) over (partition by flow.schedule_slot_hk, flow.direction), 0
    ) as viewers_weighted_pct,
    flow.broadcast_date,
    slots.started_at,
    slots.ended_at
from {{ ref('programme_flow') }} as flow
inner join {{ ref('schedule_slot') }} as slots on flow.schedule_slot_hk = slots.schedule_slot_hk
inner join {{ ref('channel') }} as channel on slots.channel_hk = channel.channel_hk
inner join {{ ref('hub_programme') }} as hub_programme
    on slots.programme_hk = hub_programme.programme_hk
left join {{ ref('programme_history') }} as programme
    on slots.programme_hk = programme.programme_hk and programme.is_current
left join {{ ref('channel') }} as flow_channel on flow.flow_channel_hk = flow_channel.channel_hk
