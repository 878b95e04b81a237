-- Grain: one row per viewer, with the broadcast date from which on it is known.

{{ config(incremental_strategy='replace') }}

with

signs as (

    select
        viewer_hk,
        first_date
    from {{ ref('viewer_profile_span') }}
    union all
    select
        viewer_activity.viewer_hk,
        calendar.broadcast_date as first_date
    from {{ ref('viewer_activity') }} as viewer_activity
    inner join {{ ref('broadcast_calendar') }} as calendar
        on viewer_activity.first_event_at >= calendar.day_started_at
            and viewer_activity.first_event_at < calendar.day_ended_at
    inner join {{ ref('hub_viewer') }} as hub_viewer
        on viewer_activity.viewer_hk = hub_viewer.viewer_hk
    where hub_viewer.viewer_id not like 'cookie:%'
    union all
    select
        viewer_hk,
        first_session_date as first_date
    from {{ ref('visitor_first_session') }}

)

select
    viewer_hk,
    min(first_date) as first_date
from signs
group by viewer_hk
