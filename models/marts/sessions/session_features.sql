-- Grain: one row per session: what was known when it started, and what a model is to foretell.
-- The last three columns are what came of it; the others tell nothing of what came later.

{{ config(materialized='view') }}

select
    stored.session_hk,
    stored.landing_page_id,
    case when stored.tagged_at > stored.landed_at then null else stored.traffic_source end
        as traffic_source,
    case when stored.tagged_at > stored.landed_at then null else stored.traffic_medium end
        as traffic_medium,
    case when stored.tagged_at > stored.landed_at then null else stored.campaign_id end
        as campaign_id,
    stored.device,
    stored.country,
    background.recent_sessions,
    background.recent_home_drop_offs,
    cast(background.recent_seconds_played as {{ type_double() }}) as recent_seconds_played,
    cast(background.seconds_since_previous_session as {{ type_double() }})
        as seconds_since_previous_session,
    cast(
        extract(hour from {{ wall_clock('stored.started_at', var('market_timezone')) }})
        as integer
    ) as hour_of_day,
    cast(
        extract(isodow from {{ wall_clock('stored.started_at', var('market_timezone')) }})
        as integer
    ) as day_of_week,
    stored.is_home_landing,
    stored.broadcast_date,
    stored.started_at,
    stored.is_home_drop_off,
    stored.engaged_seconds > 10 or stored.key_events > 0 or stored.page_views > 1 as is_engaged,
    cast(stored.seconds_played as {{ type_double() }}) as seconds_played
from {{ ref('session') }} as stored
inner join {{ ref('session_background') }} as background
    on stored.session_hk = background.session_hk
        and stored.broadcast_date = background.broadcast_date
