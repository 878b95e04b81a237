-- Grain: one row per broadcast date and article viewed.
-- The date is that on which the page was viewed, also within a session that began the day before.

with

views as (

    select
        events.viewer_hk,
        events.programme_hk,
        events.engaged_seconds,
        events.event_kind,
        calendar.broadcast_date
    from {{ ref('session_event') }} as events
    inner join {{ ref('broadcast_calendar') }} as calendar
        on events.event_at >= calendar.day_started_at and events.event_at < calendar.day_ended_at
    where events.event_kind in ('page view', 'ping', 'action')
        and events.programme_hk in (
            select title.programme_hk from {{ ref('title') }} as title
            where title.title_kind = 'article'
        )
        and {{ in_sessions_during('events.broadcast_date', ref('session_activity')) }}
        and {{ in_affected_dates('calendar.broadcast_date') }}

),

readers as (

    select
        viewer_hk,
        programme_hk,
        sum(engaged_seconds) as engaged_seconds,
        broadcast_date
    from views
    group by viewer_hk, programme_hk, broadcast_date
    having max(case when event_kind = 'page view' then 1 else 0 end) = 1

)

select
    readers.programme_hk,
    title.title_id,
    title.title_name,
    title.title_genre,
    count(*) as visitors,
    cast(
        sum(case when readers.engaged_seconds >= {{ var('read_seconds') }} then 1 else 0 end)
        as bigint
    ) as readers,
    cast(sum(readers.engaged_seconds) as {{ type_double() }}) as engaged_seconds,
    readers.broadcast_date
from readers
inner join {{ ref('title') }} as title on readers.programme_hk = title.programme_hk
group by
    readers.programme_hk, title.title_id, title.title_name, title.title_genre,
    readers.broadcast_date
