-- Grain: one row per feed, load and broadcast date whose numbers the load can change.
-- An event changes viewing at most a hold before and after it, a session while it lasts, and both
-- reach on a date at most one threshold further. A profile changes every date on which it holds, a
-- viewer's first event the period in which its first profile begins, a slot of the schedule its own
-- date and those after on which it may be played back, the genre of a programme or channel those
-- on which it was viewed.
-- Listening changes what plays within a day of it: no song is longer. What a load changes of
-- sessions is in session_stretch.

{{ config(incremental_strategy='append') }}

{% set session_seconds = reach_horizon_seconds() | int %}
{% set event_seconds = var('liveness_hold_seconds') + session_seconds %}

with

event_hours as (

    select
        record_source as feed,
        load_id,
        {{ add_seconds('min(event_at)', -event_seconds) }} as started_at,
        {{ add_seconds('max(event_at)', event_seconds) }} as ended_at
    from {{ ref('link_stb_event') }}
    where {{ in_new_loads('load_id') }}
    group by record_source, load_id, date_trunc('hour', event_at)
    union all
    select
        record_source as feed,
        load_id,
        {{ add_seconds('min(event_at)', -86400) }} as started_at,
        {{ add_seconds('max(event_at)', 86400) }} as ended_at
    from {{ ref('link_listen_event') }}
    where {{ in_new_loads('load_id') }}
    group by record_source, load_id, date_trunc('hour', event_at)

),

session_spans as (

    select
        record_source,
        load_id,
        broadcast_date,
        span_started_at,
        span_ended_at
    from {{ ref('tv_session_span') }}
    where {{ in_new_loads('load_id') }}
    union all
    select
        superseded.record_source,
        superseded.superseding_load_id as load_id,
        spans.broadcast_date,
        spans.span_started_at,
        spans.span_ended_at
    from {{ ref('superseded_tv_session') }} as superseded
    inner join {{ ref('tv_session_span') }} as spans
        on superseded.tv_session_hk = spans.tv_session_hk
    where {{ in_new_loads('superseded.superseding_load_id') }}

),

session_days as (

    select
        record_source as feed,
        load_id,
        {{ add_seconds('min(span_started_at)', -session_seconds) }} as started_at,
        {{ add_seconds('max(span_ended_at)', session_seconds) }} as ended_at
    from session_spans
    group by record_source, load_id, broadcast_date

),

stretches as (

    select * from event_hours
    union all
    select * from session_days
    union all
    select
        feed,
        load_id,
        started_at,
        ended_at
    from {{ ref('session_stretch') }}
    where {{ in_new_loads('load_id') }}

),

calendar_borders as (

    select
        min(broadcast_date) as first_date,
        max(broadcast_date) as last_date
    from {{ ref('broadcast_calendar') }}

),

reference_days as (

    {{ profile_days() | indent(4) }}
    union all
    {{ first_profile_days() | indent(4) }}
    union all
    {{ slot_days() | indent(4) }}
    union all
    {{ genre_days() | indent(4) }}

),

touched as (

    select
        stretches.feed,
        stretches.load_id,
        calendar.broadcast_date
    from stretches
    inner join {{ ref('broadcast_calendar') }} as calendar
        on stretches.ended_at >= calendar.day_started_at
            and stretches.started_at < calendar.day_ended_at
    union
    select
        reference_days.feed,
        reference_days.load_id,
        calendar.broadcast_date
    from reference_days
    inner join {{ ref('broadcast_calendar') }} as calendar
        on calendar.broadcast_date between reference_days.first_date and reference_days.last_date

)

select
    feed,
    load_id,
    broadcast_date
from touched
{% if is_incremental() %}
where not exists (
    select 1 from {{ this }} as stored
    where stored.feed = touched.feed
        and stored.load_id = touched.load_id
        and stored.broadcast_date = touched.broadcast_date
)
{% endif %}
