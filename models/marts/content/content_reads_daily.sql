-- Grain: one row per broadcast date and article viewed.
-- The date is that on which the page was viewed, also within a session that began the day before.

with

views as (

    select
        viewer_hk,
        programme_hk,
        engaged_seconds,
        max(case when event_kind = 'page view' then event_at end) over (
            partition by session_hk, viewer_hk, programme_hk
            order by event_at, event_number, event_hk
            rows between unbounded preceding and current row
        ) as viewed_at
    from {{ ref('session_event') }}
    where event_kind in ('page view', 'ping', 'action')
        and viewer_hk <> {{ zero_key() }}
        and programme_hk in (
            select title.programme_hk from {{ ref('title') }} as title
            where title.title_kind = 'article'
        )
        and {{ in_sessions_during('broadcast_date', ref('session_activity')) }}

),

readers as (

    select
        views.viewer_hk,
        views.programme_hk,
        sum(views.engaged_seconds) as engaged_seconds,
        calendar.broadcast_date
    from views
    inner join {{ ref('broadcast_calendar') }} as calendar
        on views.viewed_at >= calendar.day_started_at and views.viewed_at < calendar.day_ended_at
    where {{ in_affected_dates('calendar.broadcast_date') }}
    group by views.viewer_hk, views.programme_hk, calendar.broadcast_date

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
