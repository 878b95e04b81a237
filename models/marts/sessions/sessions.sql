-- Grain: one row per session.
-- A view: a visitor's first session may become another one, and with it all of its sessions' first
-- touch; publishing makes a table of it.

{{ config(materialized='view') }}

select
    session.session_hk,
    session.viewer_hk,
    viewer.viewer_id,
    session.landing_page_id,
    session.exit_page_id,
    session.device,
    session.country,
    first_session.first_source,
    first_session.first_medium,
    first_session.first_campaign_id,
    session.traffic_source as last_source,
    session.traffic_medium as last_medium,
    session.campaign_id as last_campaign_id,
    background.last_non_direct_source,
    background.last_non_direct_medium,
    background.last_non_direct_campaign_id,
    session.record_source,
    session.events,
    session.page_views,
    session.actions,
    session.key_events,
    session.plays,
    cast(session.session_seconds as {{ type_double() }}) as session_seconds,
    cast(session.engaged_seconds as {{ type_double() }}) as engaged_seconds,
    cast(session.seconds_played as {{ type_double() }}) as seconds_played,
    case
        when session.viewer_hk <> {{ zero_key() }}
            then coalesce(first_session.session_hk = session.session_hk, false)
    end as is_new_visitor,
    not {{ is_bounce_ga4('session') }} as is_engaged,
    session.page_views = 1 as is_bounce_single_page,
    {{ is_bounce_ga4('session') }} as is_bounce_ga4,
    session.page_views < 2 and session.other_actions = 0 and session.engaged_seconds < 10
        as is_bounce_posthog,
    session.page_views < 2 and session.key_events = 0 and session.engaged_seconds < 20
        as is_bounce_snowplow,
    session.is_home_landing,
    session.is_home_drop_off,
    session.is_home_landing and session.seconds_played = 0 as landed_home_did_not_watch,
    session.is_home_exit as exited_from_home,
    session.broadcast_date,
    session.started_at,
    session.ended_at
from {{ ref('session') }} as session
inner join {{ ref('hub_viewer') }} as viewer on session.viewer_hk = viewer.viewer_hk
inner join {{ ref('session_background') }} as background
    on session.session_hk = background.session_hk
        and session.broadcast_date = background.broadcast_date
left join {{ ref('visitor_first_session') }} as first_session
    on session.viewer_hk = first_session.viewer_hk
