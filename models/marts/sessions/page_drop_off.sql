-- Grain: one row per broadcast date of the session and page viewed in it.

with

views as (

    select
        page_id,
        broadcast_date,
        count(*) as page_views,
        count(distinct session_hk) as sessions
    from {{ ref('session_event') }}
    where event_kind = 'page view' and page_id is not null
        and {{ in_affected_dates('broadcast_date') }}
    group by page_id, broadcast_date

),

sessions as (

    select * from {{ ref('session') }}
    where {{ in_affected_dates('broadcast_date') }}

),

entrances as (

    select
        landing_page_id as page_id,
        broadcast_date,
        count(*) as entrances,
        sum(case when page_views = 1 then 1 else 0 end) as bounces
    from sessions
    group by landing_page_id, broadcast_date

),

exits as (

    select
        exit_page_id as page_id,
        broadcast_date,
        count(*) as exits
    from sessions
    group by exit_page_id, broadcast_date

)

select
    views.page_id,
    views.page_views,
    views.sessions,
    coalesce(entrances.entrances, 0) as entrances,
    coalesce(exits.exits, 0) as exits,
    cast(coalesce(entrances.bounces, 0) as bigint) as bounces,
    cast(coalesce(exits.exits, 0) as {{ type_double() }}) / views.page_views as exit_rate,
    cast(entrances.bounces as {{ type_double() }}) / entrances.entrances as bounce_rate,
    views.broadcast_date
from views
left join entrances
    on views.page_id = entrances.page_id and views.broadcast_date = entrances.broadcast_date
left join exits
    on views.page_id = exits.page_id and views.broadcast_date = exits.broadcast_date
