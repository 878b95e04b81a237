-- Grain: one row per uninterrupted stay of one viewer on one channel and programme, or play of one
-- song, within a broadcast date.

{% set hold_days = (var('liveness_hold_seconds') / 86400) | round(0, 'ceil') | int %}

with

-- A broadcast date lies within the UTC dates from the one before it to the second after it, in any
-- time zone.
events as (

    select * from {{ ref('link_stb_event') }}
    where {{ in_affected_dates('event_date', days_before=1 + hold_days, days_after=2 + hold_days) }}
        and viewer_hk <> {{ zero_key() }}

),

followed_events as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        event_code,
        record_source,
        event_at,
        lead(event_at) over (
            partition by viewer_hk
            order by
                event_at,
                case event_code when 'SSTART' then 1 when 'SSTAND' then 3 else 2 end,
                {{ by_code_point('channel_id') }} nulls first,
                {{ by_code_point('programme_id') }} nulls first,
                {{ by_code_point('satellite') }} nulls first
        ) as next_event_at
    from events

),

stays as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        record_source,
        event_at as started_at,
        least(
            coalesce(next_event_at, {{ add_seconds('event_at', var('liveness_hold_seconds')) }}),
            {{ add_seconds('event_at', var('liveness_hold_seconds')) }}
        ) as ended_at
    from followed_events
    where channel_hk <> {{ zero_key() }} and event_code <> 'SSTAND'

),

compared_stays as (

    select
        *,
        lag(ended_at) over (
            partition by viewer_hk, channel_hk, programme_hk order by started_at
        ) as previous_ended_at
    from stays
    where ended_at > started_at

),

numbered_stays as (

    select
        *,
        sum(case when previous_ended_at = started_at then 0 else 1 end) over (
            partition by viewer_hk, channel_hk, programme_hk order by started_at
        ) as stay_number
    from compared_stays

),

merged_stays as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        record_source,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered_stays
    group by viewer_hk, channel_hk, programme_hk, record_source, stay_number

),

stays_by_date as (

    select
        merged_stays.viewer_hk,
        merged_stays.channel_hk,
        merged_stays.programme_hk,
        merged_stays.record_source,
        calendar.broadcast_date,
        greatest(merged_stays.started_at, calendar.day_started_at) as started_at,
        least(merged_stays.ended_at, calendar.day_ended_at) as ended_at
    from merged_stays
    inner join {{ ref('broadcast_calendar') }} as calendar
        on merged_stays.started_at < calendar.day_ended_at
            and merged_stays.ended_at > calendar.day_started_at
    where {{ in_affected_dates('calendar.broadcast_date') }}

)

select
    viewer_hk,
    channel_hk,
    programme_hk,
    {{ zero_key() }} as song_hk,
    '{{ feed_setting('stb_events', 'platform') }}' as platform,
    'tv' as device,
    record_source,
    {{ seconds_between('started_at', 'ended_at') }} as viewing_seconds,
    broadcast_date,
    started_at,
    ended_at
from stays_by_date
union all
select
    viewer_hk,
    {{ zero_key() }} as channel_hk,
    {{ zero_key() }} as programme_hk,
    song_hk,
    '{{ feed_setting('listen_events', 'platform') }}' as platform,
    device,
    record_source,
    {{ seconds_between('started_at', 'ended_at') }} as viewing_seconds,
    broadcast_date,
    started_at,
    ended_at
from {{ ref('song_stay') }}
where {{ in_affected_dates('broadcast_date') }}
