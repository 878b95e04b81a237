-- Grain: one row per feed, load and broadcast date whose numbers the load can change.
-- An event changes viewing at most a hold before and after it, and reach on a date at most one
-- threshold further; one of listening what its session plays within a day, as no song is longer.

{{ config(incremental_strategy='append') }}

{% set reach_of_an_event = var('liveness_hold_seconds') + reach_horizon_seconds() | int %}

with

event_hours as (

    select
        record_source as feed,
        load_id,
        {{ add_seconds('min(event_at)', -reach_of_an_event) }} as started_at,
        {{ add_seconds('max(event_at)', reach_of_an_event) }} as ended_at
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

touched as (

    select distinct
        event_hours.feed,
        event_hours.load_id,
        calendar.broadcast_date
    from event_hours
    inner join {{ ref('broadcast_calendar') }} as calendar
        on calendar.day_started_at <= event_hours.ended_at
            and calendar.day_ended_at > event_hours.started_at

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
