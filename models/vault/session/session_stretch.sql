-- Grain: one row per feed, load and stretch of time within which the load can change sessions.
-- An event changes whose the events are within session_max_hours of it, and with them where
-- computed sessions begin and are cut; a delivered session it changes as a whole. A title's
-- kind, genre and length change the dates on which it was seen.

{{ config(incremental_strategy='append') }}
{% set visit_seconds = var('session_max_hours') * 3600 + var('session_timeout_minutes') * 60 %}

with

computed_sessions as (

    select
        record_source as feed,
        load_id,
        {{ add_seconds('min(event_at)', -2 * visit_seconds) }} as started_at,
        {{ add_seconds('max(event_at)', 3 * visit_seconds) }} as ended_at
    from {{ ref('session_input') }}
    where {{ in_new_loads('load_id') }} and session_hk = {{ zero_key() }}
    group by record_source, load_id, date_trunc('hour', event_at)

),

delivered_sessions as (

    select
        events.record_source as feed,
        events.load_id,
        min(activity.first_event_at) as started_at,
        max(activity.last_event_at) as ended_at
    from {{ ref('session_input') }} as events
    inner join {{ ref('session_activity') }} as activity on events.session_hk = activity.session_hk
    where {{ in_new_loads('events.load_id') }}
    group by events.record_source, events.load_id, date_trunc('hour', activity.first_event_at)

),

changed_titles as (

    select
        programme_hk,
        record_source,
        load_id
    from {{ ref('sat_title_details') }}
    where {{ in_new_loads('load_id') }}
    union distinct
    select
        programme_hk,
        record_source,
        load_id
    from {{ ref('title_reported_length') }}
    where {{ in_new_loads('load_id') }}

),

titles_seen as (

    select
        changed_titles.record_source as feed,
        changed_titles.load_id,
        least(
            {{ add_seconds('min(events.event_at)', -visit_seconds) }},
            min(activity.first_event_at)
        ) as started_at,
        {{ add_seconds('max(events.event_at)', var('player_hold_seconds')) }} as ended_at
    from {{ ref('link_web_event') }} as events
    inner join changed_titles on events.programme_hk = changed_titles.programme_hk
    left join {{ ref('session_activity') }} as activity on events.session_hk = activity.session_hk
    where events.programme_hk <> {{ zero_key() }}
    group by changed_titles.record_source, changed_titles.load_id, events.event_date

),

stretches as (

    select * from computed_sessions
    union distinct
    select * from delivered_sessions
    union distinct
    select * from titles_seen

)

select
    feed,
    load_id,
    started_at,
    ended_at
from stretches
{% if is_incremental() %}
where not exists (
    select 1 from {{ this }} as stored
    where stored.feed = stretches.feed
        and stored.load_id = stretches.load_id
        and stored.started_at = stretches.started_at
        and stored.ended_at = stretches.ended_at
)
{% endif %}
