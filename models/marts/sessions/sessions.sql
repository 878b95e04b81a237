-- Grain: one row per session.
-- A view: a visitor's first session may become another one, and with it all of its sessions'
-- first touch; publishing makes a table of it.

{{ config(materialized='view') }}

select
    stored.session_hk,
    stored.viewer_hk,
    viewer.viewer_id,
    stored.landing_page_id,
    stored.exit_page_id,
    stored.device,
    stored.country,
    first_session.first_source,
    first_session.first_medium,
    first_session.first_campaign_id,
    stored.traffic_source as last_source,
    stored.traffic_medium as last_medium,
    stored.campaign_id as last_campaign_id,
    background.last_non_direct_source,
    background.last_non_direct_medium,
    background.last_non_direct_campaign_id,
    stored.record_source,
    stored.events,
    stored.page_views,
    stored.actions,
    stored.key_events,
    stored.plays,
    cast(stored.session_seconds as {{ type_double() }}) as session_seconds,
    cast(stored.engaged_seconds as {{ type_double() }}) as engaged_seconds,
    cast(stored.seconds_played as {{ type_double() }}) as seconds_played,
    case
        when stored.viewer_hk <> {{ zero_key() }}
            then coalesce(first_session.session_hk = stored.session_hk, false)
    end as is_new_visitor,
    {{ is_bounce_ga4('stored') }} = false as is_engaged,
    stored.page_views = 1 as is_bounce_single_page,
    {{ is_bounce_ga4('stored') }} as is_bounce_ga4,
    stored.page_views < 2 and stored.other_actions = 0 and stored.engaged_seconds < 10
        as is_bounce_posthog,
    stored.page_views < 2 and stored.key_events = 0 and stored.engaged_seconds < 20
        as is_bounce_snowplow,
    stored.is_home_landing,
    stored.is_home_drop_off,
    stored.is_home_landing and stored.seconds_played = 0 as landed_home_did_not_watch,
    stored.is_home_exit as exited_from_home,
    stored.broadcast_date,
    stored.started_at,
    stored.ended_at
from {{ ref('session') }} as stored
inner join {{ ref('hub_viewer') }} as viewer on stored.viewer_hk = viewer.viewer_hk
inner join {{ ref('session_background') }} as background
    on stored.session_hk = background.session_hk
        and stored.broadcast_date = background.broadcast_date
left join {{ ref('visitor_first_session') }} as first_session
    on stored.viewer_hk = first_session.viewer_hk
