-- Grain: one row per event of a session, computed or delivered.

{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('computed_session_event') }}
    union all
    select * from {{ ref('delivered_session_event') }}

)

select
    session_hk,
    event_hk,
    viewer_hk,
    told_viewer_hk,
    programme_hk,
    event_kind,
    event_type,
    page_id,
    view_id,
    player_state,
    traffic_source,
    traffic_medium,
    campaign_name,
    referrer_host,
    device,
    country,
    record_source,
    position_seconds,
    event_number,
    engaged_seconds,
    is_key_event,
    is_home_page,
    broadcast_date,
    session_started_at,
    event_at
from events
