-- The columns of sessions from web events in Parquet, by the rules of docs/metrics.md with the settings of
-- dbt_project.yml: each event once, sign-ins claim, 30 minutes end a session and 24 hours cut it, players hold a minute.
-- It is for producers that number no sessions and know every device.
with

delivered as (

    select
        unhex(
            md5('"' || event_id || '"|"' || strftime(event_at, '%Y-%m-%dT%H:%M:%S.%f') || '"')
        )::uuid as event_hk,
        'cookie:' || trim(visitor_id) as cookie_id,
        'account:' || nullif(trim(account_id), '') as account_id,
        lower(trim(event_type)) as event_type,
        nullif(trim(
            case
                when contains(page, '?') or contains(page, '#') then regexp_extract(page, '^[^?#]*')
                else page
            end
        ), '') as page,
        page_view_id,
        title_id,
        player_state,
        nullif(lower(regexp_extract(referrer, '://([^/?]*)', 1)), '') as referrer_host,
        nullif(trim(regexp_replace(utm_source, '[ \x{a0}\t\n\r]+', ' ', 'g')), '') as utm_source,
        nullif(trim(regexp_replace(utm_medium, '[ \x{a0}\t\n\r]+', ' ', 'g')), '') as utm_medium,
        nullif(trim(regexp_replace(utm_campaign, '[ \x{a0}\t\n\r]+', ' ', 'g')), '')
            as utm_campaign,
        nullif(trim(device), '') as device,
        nullif(trim(country), '') as country,
        coalesce(is_key_event, false) as is_key_event,
        epoch_us(event_at) as event_at
    from read_parquet('{events}')

),

visitors as (

    select
        visitor_id,
        (row_number() over ())::integer as visitor
    from (
        select cookie_id as visitor_id from delivered
        union
        select account_id from delivered where account_id is not null
    )

),

events as (

    select
        delivered.event_hk,
        cookies.visitor as cookie,
        accounts.visitor as account,
        case when event_type <> 'page_ping' then event_at end as active_at,
        event_at,
        case
            when event_type = 'page_view' then 1
            when event_type = 'page_ping' then 2
            when event_type in ('play', 'heartbeat', 'pause', 'seek', 'ended') then 3
            when event_type in ('quality_change', 'volume_change', 'speed_change') then 4
            else 5
        end as kind,
        case event_type when 'heartbeat' then 1 when 'play' then 3 else 2 end as player_rank,
        event_type = 'play' as is_play,
        event_type in ('play', 'heartbeat') and coalesce(player_state, 'playing') = 'playing'
            as is_playing,
        page,
        upper(page) in ('HOME', '/', '/HOME') as is_home_page,
        page_view_id,
        title_id,
        referrer_host,
        case
            when coalesce(utm_source, utm_medium, utm_campaign) is not null
                then row(
                    coalesce(utm_source, '(not set)'),
                    coalesce(utm_medium, '(not set)'),
                    utm_campaign
                )
        end as tags,
        device,
        country,
        is_key_event
    from delivered
    inner join visitors as cookies on delivered.cookie_id = cookies.visitor_id
    left join visitors as accounts on delivered.account_id = accounts.visitor_id

),

-- What a sign-in claims: anonymous events of its device without a gap of the timeout, within a day.
runs as (

    select
        *,
        sum(case when active_at - previous_active_at >= 1_800_000_000 then 1 else 0 end)
            over (partition by cookie order by event_at, event_hk) as run
    from (
        select
            event_hk,
            cookie,
            account,
            active_at,
            event_at,
            max(active_at) over (
                partition by cookie order by event_at, event_hk
                rows between unbounded preceding and 1 preceding
            ) as previous_active_at
        from events
        where cookie in (
            select events.cookie from events
            group by events.cookie
            having count(events.account) between 1 and count(*) - 1
        )
    )
    where active_at is not null or event_at - previous_active_at < 1_800_000_000

),

neighbours as (

    select
        event_hk,
        account,
        run,
        event_at,
        last_value(case when account is not null then row(account, run, event_at) end ignore nulls)
            over (
                partition by cookie order by event_at, event_hk
                rows between unbounded preceding and current row
            ) as previous,
        first_value(case when account is not null then row(account, run, event_at) end ignore nulls)
            over (
                partition by cookie order by event_at, event_hk
                rows between current row and unbounded following
            ) as following
    from runs

),

claims as (

    select
        event_hk,
        any_value(case
            when following[2] = run and following[3] < event_at + 86_400_000_000 then following[1]
            when previous[2] = run and event_at < previous[3] + 86_400_000_000 then previous[1]
        end) as visitor
    from neighbours
    where account is null
    group by event_hk

),

-- An event that was delivered twice follows itself at once.
visitor_events as (

    select
        *,
        max(active_at) over (
            partition by visitor order by event_at, event_hk
            rows between unbounded preceding and 1 preceding
        ) as previous_active_at,
        lag(event_hk) over (partition by visitor order by event_at, event_hk) as previous_event_hk
    from (
        select
            events.* exclude (account),
            coalesce(events.account, claims.visitor, events.cookie) as visitor
        from events
        left join claims on events.event_hk = claims.event_hk
    )

),

run_events as (

    select
        *,
        coalesce(active_at, previous_active_at) as counted_at,
        max(case when coalesce(active_at - previous_active_at >= 1_800_000_000, true) then active_at end)
            over (
                partition by visitor order by event_at, event_hk
                rows between unbounded preceding and current row
            ) as run_started_at,
        least(
            coalesce(lead(event_at) over (partition by visitor order by event_at, event_hk) - event_at, 0),
            60_000_000
        ) as engaged
    from visitor_events
    where event_hk is distinct from previous_event_hk
        and (active_at is not null or event_at - previous_active_at < 1_800_000_000)

),

-- A visitor's session by when it began; by the negative number of the day where the clock cuts it.
session_events as (

    select
        *,
        case
            when counted_at - run_started_at < 86_400_000_000 then run_started_at
            when counted_at - run_started_at < 172_800_000_000 then run_started_at + 86_400_000_000
            else -(counted_at // 86_400_000_000)
        end as piece
    from run_events

),

own as (

    select
        visitor,
        piece,
        arg_min(event_hk, row(event_at, event_hk)) as session_hk,
        min(event_at) as started_at,
        arg_min_null(page, row(event_at, event_hk)) filter (where kind = 1) as landing_page_id,
        arg_max_null(page, row(event_at, event_hk)) filter (where kind = 1) as exit_page_id,
        arg_min(tags, row(event_at, event_hk)) filter (where tags is not null) as tags,
        arg_min(row(event_at, referrer_host), row(event_at, event_hk))
            filter (where referrer_host is not null) as referral,
        arg_min(device, row(event_at, event_hk)) filter (where device is not null) as device,
        arg_min(country, row(event_at, event_hk)) filter (where country is not null) as country,
        count(*) as events,
        count(*) filter (where kind = 1) as page_views,
        count(*) filter (where kind = 5) as actions,
        count(*) filter (where is_key_event) as key_events,
        count(*) filter (where kind = 5 and not is_key_event) as other_actions,
        count(*) filter (where kind <> 2 and not (kind = 1 and coalesce(is_home_page, false)))
            as events_beyond_home,
        (sum(engaged) - arg_max(engaged, row(event_at, event_hk))) / 1_000_000 as engaged_seconds,
        coalesce(
            arg_min(coalesce(is_home_page, false), row(event_at, event_hk)) filter (where kind = 1),
            false
        ) as is_home_landing,
        coalesce(
            arg_max(coalesce(is_home_page, false), row(event_at, event_hk)) filter (where kind = 1),
            false
        ) as is_home_exit,
        max(active_at) as ended_at
    from session_events
    group by visitor, piece

),

player_events as (

    select
        session_events.visitor,
        session_events.piece,
        session_events.page_view_id,
        session_events.title_id,
        session_events.is_play,
        case
            when session_events.is_playing
                then least(
                    coalesce(lead(session_events.event_at) over in_view, own.ended_at),
                    session_events.event_at + 60_000_000,
                    own.ended_at
                ) - session_events.event_at
        end as played
    from session_events
    inner join own
        on session_events.visitor = own.visitor and session_events.piece = own.piece
    where session_events.kind = 3
    window in_view as (
        partition by
            session_events.visitor,
            session_events.piece,
            session_events.page_view_id,
            session_events.title_id
        order by session_events.event_at, session_events.player_rank, session_events.event_hk
    )

),

playing as (

    select
        visitor,
        piece,
        count(*) filter (where has_play) as plays,
        sum(played) / 1_000_000 as seconds_played
    from (
        select
            visitor,
            piece,
            bool_or(is_play) as has_play,
            sum(played) as played
        from player_events
        group by visitor, piece, page_view_id, title_id
    )
    group by visitor, piece

),

touches as (

    select
        *,
        tags is null and referrer_host is null as is_direct,
        coalesce(tags[1], referrer_host, '(direct)') as last_source,
        case
            when tags is not null then tags[2]
            when referrer_host is not null then 'referral'
            else '(none)'
        end as last_medium,
        upper(tags[3]) as last_campaign_id
    from (
        select
            *,
            case when referral[1] = started_at then referral[2] end as referrer_host
        from own
    )

),

known as (

    select
        *,
        first_value(row(session_hk, last_source, last_medium, last_campaign_id)) over by_visitor
            as first_touch,
        last_value(
            case
                when not is_direct
                    then row(started_at, last_source, last_medium, last_campaign_id)
            end
            ignore nulls
        ) over (
            partition by visitor order by started_at, session_hk
            rows between unbounded preceding and current row
        ) as touch
    from touches
    window by_visitor as (partition by visitor order by started_at, session_hk)

),

looked_back as (

    select
        *,
        case
            when touch[1] >= started_at - 30 * 86_400_000_000
                then row(touch[2], touch[3], touch[4])
            else row(last_source, last_medium, last_campaign_id)
        end as last_non_direct
    from known

)

select
    looked_back.session_hk,
    unhex(md5('"' || visitors.visitor_id || '"'))::uuid as viewer_hk,
    visitors.visitor_id as viewer_id,
    landing_page_id,
    exit_page_id,
    device,
    country,
    first_touch[2] as first_source,
    first_touch[3] as first_medium,
    first_touch[4] as first_campaign_id,
    last_source,
    last_medium,
    last_campaign_id,
    last_non_direct[1] as last_non_direct_source,
    last_non_direct[2] as last_non_direct_medium,
    last_non_direct[3] as last_non_direct_campaign_id,
    'web_events' as record_source,
    events,
    page_views,
    actions,
    key_events,
    coalesce(playing.plays, 0) as plays,
    (ended_at - started_at) / 1_000_000 as session_seconds,
    engaged_seconds,
    coalesce(playing.seconds_played, 0) as seconds_played,
    looked_back.session_hk = first_touch[1] as is_new_visitor,
    engaged_seconds > 10 or key_events > 0 or page_views > 1 as is_engaged,
    page_views = 1 as is_bounce_single_page,
    engaged_seconds <= 10 and key_events = 0 and page_views < 2 as is_bounce_ga4,
    page_views < 2 and other_actions = 0 and engaged_seconds < 10 as is_bounce_posthog,
    page_views < 2 and key_events = 0 and engaged_seconds < 20 as is_bounce_snowplow,
    is_home_landing,
    is_home_landing and events_beyond_home = 0 as is_home_drop_off,
    is_home_landing and coalesce(playing.seconds_played, 0) = 0 as landed_home_did_not_watch,
    is_home_exit as exited_from_home,
    make_timestamp(started_at)::date as broadcast_date,
    make_timestamp(started_at) as started_at,
    make_timestamp(ended_at) as ended_at
from looked_back
inner join visitors on looked_back.visitor = visitors.visitor
left join playing on looked_back.visitor = playing.visitor and looked_back.piece = playing.piece
