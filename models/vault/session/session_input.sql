-- Grain: one row per event of a feed whose events make sessions, however often delivered.
-- The common form of those feeds: each adds its branch. traffic_source and the like are campaign
-- tags, null where an event has none; referrer_host is another site, from which the visitor came;
-- event_number orders the events of one instant where the feed numbers them.

{{ config(materialized='view') }}

with

web_events as (

    select
        *,
        nullif(
            {{ lower_case(
                "split_part(split_part(split_part(referrer, '://', 2), '/', 1), '?', 1)"
            ) }},
            ''
        ) as referrer_host,
        coalesce(utm_source, utm_medium, utm_campaign) is not null as is_tagged
    from {{ ref('link_web_event') }}

)

select
    event_hk,
    session_hk,
    cookie_hk,
    account_hk,
    case when account_hk <> {{ zero_key() }} then account_hk else cookie_hk end as told_viewer_hk,
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
    coalesce({{ key_part('page_view_id') }}, '') || '|' || coalesce({{ key_part('player_id') }}, '')
        as view_id,
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
    0 as event_number,
    is_key_event,
    {{ is_home_page('page_id') }} as is_home_page,
    event_date,
    event_at,
    load_id
from web_events
union all
select
    events.event_hk,
    events.session_hk,
    {{ zero_key() }} as cookie_hk,
    events.viewer_hk as account_hk,
    events.viewer_hk as told_viewer_hk,
    {{ zero_key() }} as programme_hk,
    'page view' as event_kind,
    'page_view' as event_type,
    events.page_id,
    null as view_id,
    null as player_state,
    null as traffic_source,
    null as traffic_medium,
    null as campaign_name,
    null as referrer_host,
    user_agents.device,
    null as country,
    events.record_source,
    cast(null as decimal(12, 3)) as position_seconds,
    events.item_in_session as event_number,
    false as is_key_event,
    {{ is_home_page('events.page_id') }} as is_home_page,
    events.event_date,
    events.event_at,
    events.load_id
from {{ ref('link_listen_event') }} as events
inner join {{ ref('sat_user_agent_details') }} as user_agents
    on events.user_agent_hk = user_agents.user_agent_hk
