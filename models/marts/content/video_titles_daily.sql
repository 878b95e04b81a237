-- Grain: one row per broadcast date and title with a video play.

{{ config(materialized='view') }}
-- Means are of decimals: a sum of doubles depends on the order of its rows.

with

summed as (

    select
        programme_hk,
        title_id,
        title_name,
        title_genre,
        count(*) as plays,
        count(distinct case when viewer_hk <> {{ zero_key() }} then viewer_hk end) as viewers,
        cast(sum({{ rounded('viewing_seconds', 6) }}) as {{ type_double() }}) as viewing_seconds,
        cast(sum({{ rounded('viewed_pct', 9) }}) as {{ type_double() }}) as viewed_pct,
        cast(sum({{ rounded('retained_before_first_seek', 9) }}) as {{ type_double() }})
            as retained_before_first_seek,
        count(length_seconds) as plays_with_length,
        cast(sum(case when has_reached_25_pct then 1 else 0 end) as bigint) as plays_to_25_pct,
        cast(sum(case when has_reached_50_pct then 1 else 0 end) as bigint) as plays_to_50_pct,
        cast(sum(case when has_reached_75_pct then 1 else 0 end) as bigint) as plays_to_75_pct,
        cast(sum(case when has_reached_100_pct then 1 else 0 end) as bigint) as plays_to_100_pct,
        broadcast_date
    from {{ ref('video_plays') }}
    group by programme_hk, title_id, title_name, title_genre, broadcast_date

)

select
    programme_hk,
    title_id,
    title_name,
    title_genre,
    plays,
    viewers,
    viewing_seconds,
    viewing_seconds / plays as average_seconds_per_play,
    viewed_pct / nullif(plays_with_length, 0) as average_viewed_pct,
    retained_before_first_seek / nullif(plays_with_length, 0)
        as average_retained_before_first_seek,
    plays_to_25_pct,
    plays_to_50_pct,
    plays_to_75_pct,
    plays_to_100_pct,
    broadcast_date
from summed
