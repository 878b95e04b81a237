{{ config(meta={'dagster': {'ref': {'name': 'viewing_duration_daily'}}}) }}

select
    viewing.viewer_id,
    viewing.broadcast_date,
    viewing.viewing_seconds,
    calendar.day_seconds
from {{ rows_to_test(ref('viewing_duration_daily')) }} as viewing
inner join {{ ref('broadcast_calendar') }} as calendar
    on viewing.broadcast_date = calendar.broadcast_date
where viewing.platform = 'tv' and viewing.viewing_seconds > calendar.day_seconds
