-- Grain: one row per channel, programme and start that the schedule now holds.

{{ config(incremental_strategy='replace') }}
-- A slot is on the broadcast date on which it starts. One that ends before it has begun is none,
-- nor is one longer than the longest day: what is made of slots looks so far for their end.

select
    slots.schedule_slot_hk,
    slots.channel_hk,
    slots.programme_hk,
    calendar.broadcast_date,
    slots.started_at,
    details.ended_at
from {{ ref('link_schedule_slot') }} as slots
inner join {{ ref('schedule_slot_presence_history') }} as presence
    on slots.schedule_slot_hk = presence.schedule_slot_hk
        and presence.is_current
        and not presence.is_deleted
inner join {{ ref('schedule_slot_history') }} as details
    on slots.schedule_slot_hk = details.schedule_slot_hk
        and details.is_current
inner join {{ ref('broadcast_calendar') }} as calendar
    on slots.started_at >= calendar.day_started_at
        and slots.started_at < calendar.day_ended_at
where slots.schedule_slot_hk <> {{ zero_key() }}
    and {{ is_slot('slots.started_at', 'details.ended_at') }}
