-- Grain: one row per event of a feed whose events make sessions, however often delivered.
-- The common form of those feeds: each adds its branch. traffic_source and the like are
-- campaign tags, null where an event has none; referrer_host is another site, from which the
-- visitor came.

{{ config(materialized='view') }}

with

web_events as (

    select
        *,
        nullif(
            lower(split_part(split_part(split_part(referrer, '://', 2), '/', 1), '?', 1)), ''
        ) as referrer_host,
        coalesce(utm_source, utm_medium, utm_campaign) is not null as is_tagged
    from {{ ref('link_web_event') }}

)

select
    event_hk,
    session_hk,
    cookie_hk,
    account_hk,
    programme_hk,
    case
        when event_type = 'page_view' then 'page view'
        when event_type = 'page_ping' then 'ping'
        when event_type in ('play', 'heartbeat', 'pause', 'seek', 'ended') then 'player'
        when event_type in ('quality_change', 'volume_change', 'speed_change') then 'player setting'
        else 'action'
    end as event_kind,
    event_type,
    page_id,
    coalesce(player_id, page_view_id) as view_id,
    player_state,
    case when is_tagged then coalesce(utm_source, '(not set)') end as traffic_source,
    case when is_tagged then coalesce(utm_medium, '(not set)') end as traffic_medium,
    utm_campaign as campaign_name,
    case
        when referrer_host not in ({{ quoted(var('site_hosts') + ['']) | lower }})
            then referrer_host
    end as referrer_host,
    device,
    country,
    record_source,
    position_seconds,
    is_key_event,
    coalesce({{ fold('page_id') }} in ({{ quoted(var('home_pages')) | upper }}), false)
        as is_home_page,
    event_date,
    event_at,
    load_id
from web_events
