-- Grain: one row per visitor, with its first session.

{{ config(incremental_strategy='replace') }}

with

first_starts as (

    select
        viewer_hk,
        min(started_at) as started_at
    from {{ ref('session') }}
    where viewer_hk <> {{ zero_key() }}
    group by viewer_hk

),

first_sessions as (

    select
        sessions.*,
        row_number() over (
            partition by sessions.viewer_hk order by sessions.session_hk
        ) as session_number
    from first_starts
    inner join {{ ref('session') }} as sessions
        on first_starts.viewer_hk = sessions.viewer_hk
            and first_starts.started_at = sessions.started_at

)

select
    viewer_hk,
    session_hk,
    traffic_source as first_source,
    traffic_medium as first_medium,
    campaign_id as first_campaign_id,
    record_source,
    broadcast_date as first_session_date,
    started_at as first_session_at
from first_sessions
where session_number = 1
