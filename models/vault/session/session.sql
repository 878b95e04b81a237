-- Grain: one row per session, with what its own events say of it.

{{ config(incremental_strategy='by_affected_dates') }}

with

events as (

    select
        *,
        case when traffic_source is not null then coalesce(campaign_name, '') end
            as tagged_campaign_name,
        case when event_kind = 'page view' then coalesce(page_id, '') end as viewed_page_id,
        event_kind = 'page view' as is_page_view,
        event_kind <> 'ping' and not (event_kind = 'page view' and is_home_page) as is_beyond_home
    from {{ ref('session_event') }}
    where {{ in_affected_dates('broadcast_date') }}

),

playing as (

    select
        session_hk,
        count(distinct case when event_type = 'play' then video_play_hk end) as plays,
        sum(viewing_seconds) as seconds_played
    from {{ ref('player_stay') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by session_hk
    union all
    select
        session_hk,
        count(*) as plays,
        coalesce(sum(played_seconds), 0) as seconds_played
    from {{ ref('song_play') }}
    where {{ in_session_dates('cast(started_at as date)', ref('session_activity')) }}
    group by session_hk

),

sessions as (

    select
        session_hk,
        {{ latest('viewer_hk') }} as viewer_hk,
        {{ earliest('told_viewer_hk') }} as landing_viewer_hk,
        nullif({{ earliest('viewed_page_id') }}, '') as landing_page_id,
        nullif({{ latest('viewed_page_id') }}, '') as exit_page_id,
        {{ earliest('traffic_source') }} as traffic_source,
        {{ earliest('traffic_medium') }} as traffic_medium,
        nullif({{ earliest('tagged_campaign_name') }}, '') as campaign_name,
        {{ earliest('case when event_at = session_started_at then referrer_host end') }}
            as referrer_host,
        {{ earliest('device') }} as device,
        {{ earliest('country') }} as country,
        min(record_source) as record_source,
        count(*) as events,
        sum(case when is_page_view then 1 else 0 end) as page_views,
        sum(case when event_kind = 'action' then 1 else 0 end) as actions,
        sum(case when is_key_event then 1 else 0 end) as key_events,
        sum(case when event_kind = 'action' and not is_key_event then 1 else 0 end)
            as other_actions,
        sum(case when is_beyond_home then 1 else 0 end) as events_beyond_home,
        sum(engaged_seconds) as engaged_seconds,
        {{ earliest('case when is_page_view then is_home_page end') }} as is_home_landing,
        {{ latest('case when is_page_view then is_home_page end') }} as exited_from_home,
        broadcast_date,
        min(case when is_page_view then event_at end) as landed_at,
        min(case when traffic_source is not null then event_at end) as tagged_at,
        min(case when device is not null then event_at end) as device_told_at,
        min(case when country is not null then event_at end) as country_told_at,
        session_started_at as started_at,
        coalesce(max(case when event_kind <> 'ping' then event_at end), session_started_at)
            as ended_at
    from events
    group by session_hk, broadcast_date, session_started_at

)

select
    sessions.session_hk,
    sessions.viewer_hk,
    sessions.landing_viewer_hk,
    sessions.landing_page_id,
    sessions.exit_page_id,
    coalesce(sessions.traffic_source, sessions.referrer_host, '(direct)') as traffic_source,
    case
        when sessions.traffic_source is not null then sessions.traffic_medium
        when sessions.referrer_host is not null then 'referral'
        else '(none)'
    end as traffic_medium,
    sessions.referrer_host,
    {{ fold('sessions.campaign_name') }} as campaign_id,
    sessions.campaign_name,
    sessions.device,
    sessions.country,
    sessions.record_source,
    sessions.events,
    cast(sessions.page_views as bigint) as page_views,
    cast(sessions.actions as bigint) as actions,
    cast(sessions.other_actions as bigint) as other_actions,
    cast(sessions.key_events as bigint) as key_events,
    coalesce(playing.plays, 0) as plays,
    cast(sessions.engaged_seconds as decimal(18, 6)) as engaged_seconds,
    cast(coalesce(playing.seconds_played, 0) as decimal(24, 6)) as seconds_played,
    {{ seconds_between('sessions.started_at', 'sessions.ended_at') }} as session_seconds,
    coalesce(sessions.is_home_landing, false) as is_home_landing,
    coalesce(sessions.is_home_landing, false) and sessions.events_beyond_home = 0
        as is_home_drop_off,
    coalesce(sessions.exited_from_home, false) as is_home_exit,
    sessions.traffic_source is null and sessions.referrer_host is null as is_direct,
    sessions.broadcast_date,
    sessions.landed_at,
    sessions.tagged_at,
    sessions.device_told_at,
    sessions.country_told_at,
    sessions.started_at,
    sessions.ended_at
from sessions
left join playing on sessions.session_hk = playing.session_hk
