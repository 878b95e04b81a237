-- Grain: one row per feed, load and broadcast date whose numbers the load can change.
-- An event changes viewing at most a hold before and after it, and reach on a date at most one
-- threshold further.

{{ config(incremental_strategy='append') }}

{% set reach_of_an_event = var('liveness_hold_seconds') + reach_horizon_seconds() | int %}

with

event_hours as (

    select
        record_source as feed,
        load_id,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from {{ ref('link_stb_event') }}
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
        on calendar.day_started_at
            <= {{ add_seconds('event_hours.last_event_at', reach_of_an_event) }}
            and calendar.day_ended_at
            > {{ add_seconds('event_hours.first_event_at', -reach_of_an_event) }}

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
