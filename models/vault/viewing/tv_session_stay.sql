-- Grain: one row per viewer, channel and stretch of a broadcast date that a session is credited with.
-- Where sessions of a viewer overlap, the later start takes over, and the earlier resumes if it
-- outlasts the later; of those that start together the longer is the earlier, then the lower channel
-- id. That holds at each instant by itself, so that a date can be worked out alone.
-- Under overlap_rule device the receivers of a person (a session without one is its own) do so apart,
-- and at each instant only one of them is credited with a channel.

with

spans as (

    select
        *,
        case when device_hk = {{ zero_key() }} then tv_session_hk else device_hk end as receiver_hk,
        max(span_ended_at) over (
            partition by viewer_hk, broadcast_date
            order by span_started_at
            rows between unbounded preceding and 1 preceding
        ) as ended_before,
        lead(span_started_at) over (
            partition by viewer_hk, broadcast_date order by span_started_at
        ) as next_started_at
    from {{ ref('tv_session_span') }}
    where {{ in_affected_dates('broadcast_date') }}
        and tv_session_hk not in (
            select superseded.tv_session_hk from {{ ref('superseded_tv_session') }} as superseded
        )

),

overlapping_spans as (

    select * from spans
    where ended_before > span_started_at or next_started_at < span_ended_at

),

borders as (

    select
        viewer_hk,
        broadcast_date,
        span_started_at as border_at
    from overlapping_spans
    union distinct
    select
        viewer_hk,
        broadcast_date,
        span_ended_at as border_at
    from overlapping_spans

),

stretches as (

    select
        *,
        lead(border_at) over (
            partition by viewer_hk, broadcast_date order by border_at
        ) as next_border_at
    from borders

),

competing_spans as (

    select
        spans.*,
        stretches.border_at as stretch_started_at,
        stretches.next_border_at as stretch_ended_at
    from stretches
    inner join overlapping_spans as spans
        on stretches.viewer_hk = spans.viewer_hk
            and stretches.broadcast_date = spans.broadcast_date
            and stretches.border_at >= spans.span_started_at
            and stretches.border_at < spans.span_ended_at

),

ranked_on_receiver as (

    select
        *,
        row_number() over (
            partition by
                viewer_hk,
                {% if var('overlap_rule') == 'device' %}receiver_hk,{% endif %}
                stretch_started_at
            order by
                started_at desc, ended_at, {{ by_code_point('channel_id') }} desc, tv_session_hk desc
        ) as rank_on_receiver
    from competing_spans

),

ranked_on_channel as (

    select
        *,
        row_number() over (
            partition by viewer_hk, channel_hk, stretch_started_at
            order by started_at desc, ended_at, tv_session_hk desc
        ) as rank_on_channel
    from ranked_on_receiver
    where rank_on_receiver = 1

)

select
    viewer_hk,
    device_hk,
    channel_hk,
    record_source,
    broadcast_date,
    span_started_at as started_at,
    span_ended_at as ended_at,
    broadcast_at + (span_started_at - started_at) as broadcast_at
from spans
where coalesce(ended_before <= span_started_at, true)
    and coalesce(next_started_at >= span_ended_at, true)
union all
select
    viewer_hk,
    device_hk,
    channel_hk,
    record_source,
    broadcast_date,
    stretch_started_at as started_at,
    stretch_ended_at as ended_at,
    broadcast_at + (stretch_started_at - started_at) as broadcast_at
from ranked_on_channel
where rank_on_channel = 1
