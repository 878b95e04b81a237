-- Grain: one row per session, with what was known of its visitor when it started.
-- Only sessions of attribution_lookback_days before count: from their start on, and what they
-- held from when they are known to have ended, the timeout after their last event. Touches are
-- those of whom the session turns out to be; what a model may know is of whom it began as.

{{ config(
    incremental_strategy='by_affected_dates',
    meta={'days_after': var('attribution_lookback_days') + 1}
) }}
{% set lookback_days = var('attribution_lookback_days') %}

with

-- Visitors that nobody knows are one each.
sessions as (

    select
        *,
        case when viewer_hk = {{ zero_key() }} then session_hk else viewer_hk end as visitor_hk,
        case
            when landing_viewer_hk = {{ zero_key() }} then session_hk
            else landing_viewer_hk
        end as landing_visitor_hk
    from {{ ref('session') }}
    where {{ in_sessions_during('broadcast_date', ref('session_activity'), lookback_days) }}

),

moments as (

    select
        session_hk,
        visitor_hk,
        landing_visitor_hk,
        true as is_start,
        1 as sessions,
        0 as home_drop_offs,
        0 as seconds_played,
        case when is_direct then 0 else 1 end as touches,
        started_at as moment_at
    from sessions
    union all
    select
        session_hk,
        visitor_hk,
        landing_visitor_hk,
        false as is_start,
        0 as sessions,
        case when is_home_drop_off then 1 else 0 end as home_drop_offs,
        seconds_played,
        0 as touches,
        {{ add_seconds('ended_at', var('session_timeout_minutes') * 60) }} as moment_at
    from sessions

),

known as (

    select
        *,
        sum(sessions) over recently as recent_sessions,
        sum(home_drop_offs) over recently as recent_home_drop_offs,
        sum(seconds_played) over recently as recent_seconds_played,
        sum(touches) over (
            partition by visitor_hk order by moment_at, session_hk
            rows between unbounded preceding and current row
        ) as touch_number
    from moments
    window recently as (
        partition by landing_visitor_hk order by moment_at
        range between interval '{{ lookback_days }}' day preceding and current row
    )

),

touched as (

    select
        *,
        first_value(session_hk) over since_touch as touch_session_hk,
        first_value(moment_at) over since_touch as touched_at,
        lag(moment_at) over (partition by landing_visitor_hk order by moment_at, session_hk)
            as previous_started_at
    from known
    where is_start
    window since_touch as (
        partition by visitor_hk, touch_number order by moment_at, session_hk
    )

)

select
    sessions.session_hk,
    coalesce(touch.traffic_source, sessions.traffic_source) as last_non_direct_source,
    coalesce(touch.traffic_medium, sessions.traffic_medium) as last_non_direct_medium,
    coalesce(touch.campaign_id, sessions.campaign_id) as last_non_direct_campaign_id,
    cast(touched.recent_sessions - 1 as bigint) as recent_sessions,
    cast(touched.recent_home_drop_offs as bigint) as recent_home_drop_offs,
    cast(touched.recent_seconds_played as decimal(24, 6)) as recent_seconds_played,
    cast(
        case
            when touched.previous_started_at
                >= {{ add_seconds('sessions.started_at', -86400 * lookback_days) }}
                then {{ seconds_between('touched.previous_started_at', 'sessions.started_at') }}
        end as decimal(18, 6)
    ) as seconds_since_previous_session,
    sessions.broadcast_date,
    sessions.started_at
from touched
inner join sessions on touched.session_hk = sessions.session_hk
left join sessions as touch
    on touched.touch_session_hk = touch.session_hk
        and touched.touch_number > 0
        and touched.touched_at
        >= {{ add_seconds('sessions.started_at', -86400 * lookback_days) }}
where {{ in_affected_dates('sessions.broadcast_date') }}
