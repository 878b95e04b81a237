-- Grain: one row per session: what was known when it started, and what a model is to foretell.
-- The last three columns are what came of it; the others tell nothing of what came later.

{{ config(materialized='view') }}

select
    session.session_hk,
    session.landing_page_id,

    case when session.tagged_at > session.landed_at then null else session.traffic_source end
        as traffic_source,
    case when session.tagged_at > session.landed_at then null else session.traffic_medium end
        as traffic_medium,
    case when session.tagged_at > session.landed_at then null else session.campaign_id end
        as campaign_id,
    session.device,
    session.country,
    background.recent_sessions,
    background.recent_home_drop_offs,
    cast(background.recent_seconds_played as {{ type_double() }}) as recent_seconds_played,
    cast(background.seconds_since_previous_session as {{ type_double() }})
        as seconds_since_previous_session,
    cast(extract(hour from {{ wall_clock('session.started_at', var('market_timezone')) }}) as integer)
        as hour_of_day,
    cast(
        extract(isodow from {{ wall_clock('session.started_at', var('market_timezone')) }})
        as integer
    ) as day_of_week,
    session.is_home_landing,
    session.broadcast_date,
    session.started_at,
    session.is_home_drop_off,
    session.engaged_seconds > 10 or session.key_events > 0 or session.page_views > 1 as is_engaged,
    cast(session.seconds_played as {{ type_double() }}) as seconds_played
from {{ ref('session') }} as session
inner join {{ ref('session_background') }} as background
    on session.session_hk = background.session_hk
        and session.broadcast_date = background.broadcast_date
