-- Grain: one row per video play.

{{ config(materialized='view') }}

select
    play.video_play_hk,
    play.session_hk,
    play.viewer_hk,
    play.programme_hk,
    title.title_id,
    title.title_name,
    title.title_genre,
    play.device,
    cast(title.length_seconds as {{ type_double() }}) as length_seconds,
    cast(play.viewing_seconds as {{ type_double() }}) as viewing_seconds,
    100 * play.viewed_rate as viewed_pct,
    play.progress_rate,
    play.retained_before_first_seek_rate as retained_before_first_seek,
    play.progress_rate >= 0.25 as has_reached_25_pct,
    play.progress_rate >= 0.5 as has_reached_50_pct,
    play.progress_rate >= 0.75 as has_reached_75_pct,
    play.progress_rate >= 1 as has_reached_100_pct,
    play.broadcast_date,
    play.started_at
from {{ ref('video_play') }} as play
inner join {{ ref('title') }} as title on play.programme_hk = title.programme_hk
