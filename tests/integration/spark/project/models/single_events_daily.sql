-- Grain: one row per date and channel that has a single event so far.

{{ config(incremental_strategy='by_affected_dates', partition_by='broadcast_date') }}

with

singles as (

    select
        channel_hk,
        event_date as broadcast_date,
        min(event_at) as event_at
    from {{ ref('link_event') }}
    where {{ in_affected_dates('event_date') }} and channel_hk <> {{ zero_key() }}
    group by channel_hk, event_date
    having count(*) = 1

),

held as (

    select
        *,
        {{ add_seconds('event_at', 720.5) }} as ended_at
    from singles

)

select
    channel_hk,
    {{ seconds_between('event_at', 'ended_at') }} as seconds,
    cast({{ seconds_between('event_at', 'ended_at') }} as {{ type_double() }}) / 60 as minutes,
    cast(1 as integer) as events,
    {{ wall_clock('event_at', 'Asia/Riyadh') }} > event_at as is_ahead_of_utc,
    ended_at,
    broadcast_date
from held
