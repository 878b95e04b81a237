-- Grain: one row per broadcast date and title with a video play.

{{ config(materialized='view') }}

select
    programme_hk,
    title_id,
    title_name,
    title_genre,
    count(*) as plays,
    count(distinct viewer_hk) as viewers,
    sum(viewing_seconds) as viewing_seconds,
    sum(viewing_seconds) / count(*) as average_seconds_per_play,
    avg(viewed_pct) as average_viewed_pct,
    avg(retained_before_first_seek) as average_retained_before_first_seek,
    cast(sum(case when has_reached_25_pct then 1 else 0 end) as bigint) as plays_to_25_pct,
    cast(sum(case when has_reached_50_pct then 1 else 0 end) as bigint) as plays_to_50_pct,
    cast(sum(case when has_reached_75_pct then 1 else 0 end) as bigint) as plays_to_75_pct,
    cast(sum(case when has_reached_100_pct then 1 else 0 end) as bigint) as plays_to_100_pct,
    broadcast_date
from {{ ref('video_plays') }}
group by programme_hk, title_id, title_name, title_genre, broadcast_date
