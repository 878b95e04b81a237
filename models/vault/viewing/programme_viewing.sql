-- Grain: one row per stay of a viewer and slot of the schedule that it touches, by the broadcast
-- date of viewing.
-- What was played back is moved to when it was broadcast; what is told to have been seen before it
-- was, by more than clocks differ, is of no programme. A viewer's weight is that on the
-- programme's date, whenever it was seen; so a changed profile changes the dates after it too.

{{ config(meta={'days_after': play_back_days()}) }}

with

stays as (

    select
        viewer_hk,
        channel_hk,
        reach_seconds,
        broadcast_at is null as is_live,
        broadcast_date,
        started_at,
        coalesce(broadcast_at, started_at) as seen_from_at,
        coalesce(broadcast_at, started_at) + (ended_at - started_at) as seen_to_at
    from {{ ref('viewing_interval') }}
    where platform = 'tv'
        and coalesce(broadcast_at <= {{ add_seconds('started_at', 60) }}, true)
        and {{ in_affected_dates('broadcast_date') }}

),

-- Stays meet slots by the hour, so that an engine can hash rather than compare each with each.
stay_hours as (

    select
        *,
        {{ series("date_trunc('hour', seen_from_at)", 'seen_to_at', 3600) }} as hour_started_at
    from stays

),

slot_hours as (

    select
        *,
        {{ series("date_trunc('hour', started_at)", 'ended_at', 3600) }} as hour_started_at
    from {{ ref('schedule_slot') }}
    where {{ in_affected_dates('broadcast_date', days_before=play_back_days()) }}

),

meetings as (

    select
        slots.schedule_slot_hk,
        stays.viewer_hk,
        stays.reach_seconds,
        cast(stays.broadcast_date - slots.broadcast_date as integer) as lag_days,
        stays.is_live,
        slots.broadcast_date as programme_date,
        stays.broadcast_date,
        stays.started_at,
        greatest(stays.seen_from_at, slots.started_at) as seen_from_at,
        least(stays.seen_to_at, slots.ended_at) as seen_to_at,
        slots.started_at as slot_started_at,
        slots.ended_at as slot_ended_at
    from stay_hours as stays
    inner join slot_hours as slots
        on stays.channel_hk = slots.channel_hk
            and stays.hour_started_at = slots.hour_started_at
    where stays.seen_from_at < slots.ended_at
        and stays.seen_to_at > slots.started_at
        and stays.hour_started_at
        = date_trunc('hour', greatest(stays.seen_from_at, slots.started_at))

)

select
    meetings.schedule_slot_hk,
    meetings.viewer_hk,
    {{ seconds_between('meetings.seen_from_at', 'meetings.seen_to_at') }} as viewing_seconds,
    meetings.reach_seconds,
    cast(coalesce(profiles.weight, 1) as decimal(18, 6)) as weight,
    meetings.lag_days,
    meetings.is_live,
    meetings.seen_from_at = meetings.slot_started_at as is_at_start,
    meetings.seen_to_at = meetings.slot_ended_at as is_at_end,
    meetings.programme_date,
    meetings.broadcast_date,
    meetings.started_at,
    meetings.seen_from_at,
    meetings.seen_to_at
from meetings
left join {{ ref('viewer_profile_span') }} as profiles
    on meetings.viewer_hk = profiles.viewer_hk
        and meetings.programme_date between profiles.first_date and profiles.last_date
where meetings.lag_days between 0 and {{ play_back_days() }}
