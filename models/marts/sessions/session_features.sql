-- Grain: one row per session: what was known when it landed, and what a model is to foretell.
-- The last three columns are what came of it; the others tell nothing of what came later.

{{ config(materialized='view') }}
-- A session without a page view is known when it starts.

with

sessions as (

    select
        *,
        coalesce(landed_at, started_at) as known_at
    from {{ ref('session') }}

)

select
    stored.session_hk,
    stored.landing_page_id,
    case
        when stored.tagged_at > stored.known_at then coalesce(stored.referrer_host, '(direct)')
        else stored.traffic_source
    end as traffic_source,
    case
        when coalesce(stored.tagged_at <= stored.known_at, true) then stored.traffic_medium
        when stored.referrer_host is null then '(none)'
        else 'referral'
    end as traffic_medium,
    case when stored.tagged_at <= stored.known_at then stored.campaign_id end as campaign_id,
    case when stored.device_told_at <= stored.known_at then stored.device end as device,
    case when stored.country_told_at <= stored.known_at then stored.country end as country,
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
    {{ is_bounce_ga4('stored') }} = false as is_engaged,
    cast(stored.seconds_played as {{ type_double() }}) as seconds_played
from sessions as stored
inner join {{ ref('session_background') }} as background
    on stored.session_hk = background.session_hk
        and stored.broadcast_date = background.broadcast_date
