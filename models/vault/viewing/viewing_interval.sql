-- Grain: one row per uninterrupted stay of one viewer on one channel and programme, in one player
-- on one title, or play of one song, within a broadcast date.
-- The neighbouring dates tell how long a stay is that crosses a border: no threshold of reach is
-- longer than a day.

with

stays as (

    select
        viewer_hk,
        {{ zero_key() }} as device_hk,
        channel_hk,
        programme_hk,
        '{{ feed_setting('stb_events', 'platform') }}' as platform,
        record_source,
        broadcast_date,
        started_at,
        ended_at,
        cast(null as timestamp) as broadcast_at
    from {{ ref('stb_stay') }}
    where {{ in_affected_dates('broadcast_date', days_before=1, days_after=1) }}
    union all
    select
        viewer_hk,
        device_hk,
        channel_hk,
        {{ zero_key() }} as programme_hk,
        '{{ feed_setting('tv_sessions', 'platform') }}' as platform,
        record_source,
        broadcast_date,
        started_at,
        ended_at,
        broadcast_at
    from {{ ref('tv_session_stay') }}
    where {{ in_affected_dates('broadcast_date', days_before=1, days_after=1) }}

),

compared_stays as (

    select
        *,
        lag(ended_at) over stays_on_channel as previous_ended_at,
        lag(broadcast_date) over stays_on_channel as previous_date,
        lag(device_hk) over stays_on_channel as previous_device_hk,
        lag(programme_hk) over stays_on_channel as previous_programme_hk,
        lag(broadcast_at - started_at) over stays_on_channel as previous_time_shift,
        last_value(ended_at) over (
            partition by viewer_hk, channel_hk
            order by started_at
            rows between unbounded preceding and unbounded following
        ) as last_ended_at
    from stays
    window stays_on_channel as (partition by viewer_hk, channel_hk order by started_at)

),

-- For reach only a break ends a stay; an interval also has one date, device, programme and shift.
first_stays as (

    select
        *,
        coalesce(previous_ended_at <> started_at, true) as is_after_break
    from compared_stays
    where previous_ended_at is distinct from started_at
        or previous_date is distinct from broadcast_date
        or previous_device_hk is distinct from device_hk
        or previous_programme_hk is distinct from programme_hk
        or previous_time_shift is distinct from broadcast_at - started_at

),

merged_stays as (

    select
        *,
        coalesce(
            lead(previous_ended_at) over (partition by viewer_hk, channel_hk order by started_at),
            last_ended_at
        ) as stay_ended_at,
        max(case when is_after_break then started_at end) over (
            partition by viewer_hk, channel_hk order by started_at
        ) as arrived_at,
        coalesce(
            min(case when is_after_break then previous_ended_at end) over (
                partition by viewer_hk, channel_hk
                order by started_at
                rows between 1 following and unbounded following
            ),
            last_ended_at
        ) as left_at
    from first_stays

)

select
    viewer_hk,
    device_hk,
    channel_hk,
    programme_hk,
    {{ zero_key() }} as song_hk,
    platform,
    'tv' as device,
    record_source,
    {{ seconds_between('started_at', 'stay_ended_at') }} as viewing_seconds,
    least(
        {{ seconds_between('arrived_at', 'left_at') }},
        cast({{ reach_horizon_seconds() }} as decimal(18, 6))
    ) as reach_seconds,
    broadcast_date,
    started_at,
    stay_ended_at as ended_at,
    broadcast_at
from merged_stays
where {{ in_affected_dates('broadcast_date') }}
union all
select
    viewer_hk,
    {{ zero_key() }} as device_hk,
    {{ zero_key() }} as channel_hk,
    programme_hk,
    song_hk,
    platform,
    device,
    record_source,
    {{ seconds_between('started_at', 'ended_at') }} as viewing_seconds,
    least(
        {{ seconds_between('started_at', 'ended_at') }},
        cast({{ reach_horizon_seconds() }} as decimal(18, 6))
    ) as reach_seconds,
    broadcast_date,
    started_at,
    ended_at,
    cast(null as timestamp) as broadcast_at
from {{ ref('on_demand_stay') }}
where {{ in_affected_dates('broadcast_date') }}
