-- Grain: one row per title with a length and a play, and 5 % bucket of its length.

{{ config(materialized='view') }}

with

plays as (

    select
        play.programme_hk,
        bucket.bucket,
        count(*) as plays,
        sum(case when play.progress_rate * 20 >= bucket.bucket then 1 else 0 end)
            as plays_reaching,
        sum(case when play.retained_before_first_seek_rate * 20 >= bucket.bucket then 1 else 0 end)
            as plays_retained
    from {{ ref('video_play') }} as play
    cross join {{ percent_buckets() }} as bucket (bucket)
    group by play.programme_hk, bucket.bucket

),

positions as (

    select
        seen.programme_hk,
        seen.bucket,
        cast(sum(seen.seconds_seen) as decimal(18, 6)) as seconds_seen,
        cast(sum(seen.distinct_seconds_seen) as decimal(18, 6))
            as distinct_seconds_seen
    from {{ ref('video_play_position') }} as seen
    inner join {{ ref('video_play') }} as play
        on seen.video_play_hk = play.video_play_hk
            and seen.broadcast_date = play.broadcast_date
    group by seen.programme_hk, seen.bucket

)

select
    plays.programme_hk,
    title.title_id,
    title.title_name,
    title.title_genre,
    plays.bucket,
    5 * (plays.bucket - 1) as from_pct,
    5 * plays.bucket as to_pct,
    cast(title.length_seconds as {{ type_double() }}) / 20 as bucket_seconds,
    plays.plays,
    cast(plays.plays_reaching as bigint) as plays_reaching,
    cast(plays.plays_retained as bigint) as plays_retained,
    cast(coalesce(positions.seconds_seen, 0) as {{ type_double() }}) as seconds_seen,
    cast(coalesce(positions.distinct_seconds_seen, 0) as {{ type_double() }})
        as distinct_seconds_seen,
    cast(coalesce(positions.seconds_seen, 0) as {{ type_double() }}) * 20
    / nullif(title.length_seconds * plays.plays, 0) as watch_rate,
    cast(coalesce(positions.distinct_seconds_seen, 0) as {{ type_double() }}) * 20
    / nullif(title.length_seconds * plays.plays, 0) as retention_rate,
    cast(plays.plays_reaching as {{ type_double() }}) / nullif(plays.plays, 0) as reached_rate,
    cast(plays.plays_retained as {{ type_double() }}) / nullif(plays.plays, 0)
        as retained_before_first_seek_rate
from plays
inner join {{ ref('title') }} as title on plays.programme_hk = title.programme_hk
left join positions
    on plays.programme_hk = positions.programme_hk and plays.bucket = positions.bucket
where title.length_seconds > 0
