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

)

select
    viewer_hk,
    min(first_date) as first_date
from signs
group by viewer_hk
