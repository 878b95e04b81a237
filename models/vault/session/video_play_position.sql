-- Grain: one row per video play and 5 % bucket of its title's length that was played.
-- A stay's position is that of the event that opens it plus the seconds since, at any speed.

{{ config(incremental_strategy='by_affected_dates') }}

with

stays as (

    select
        stay.video_play_hk,
        stay.programme_hk,
        stay.broadcast_date,
        stay.started_at,
        title.length_seconds,
        stay.position_seconds as first_position,
        least(stay.position_seconds + stay.viewing_seconds, title.length_seconds) as last_position
    from {{ ref('player_stay') }} as stay
    inner join {{ ref('title') }} as title on stay.programme_hk = title.programme_hk
    where {{ in_affected_dates('stay.broadcast_date') }}
        and stay.viewing_seconds > 0 and stay.position_seconds < title.length_seconds

),

-- What an earlier position of the play covers is left out of what a stay adds.
compared_stays as (

    select
        *,
        max(last_position) over (
            partition by video_play_hk order by first_position, last_position, started_at
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from stays

),

buckets as (

    select
        stays.*,
        buckets.bucket,
        greatest(stays.first_position, stays.length_seconds * (buckets.bucket - 1) / 20)
            as bucket_first,
        least(stays.last_position, stays.length_seconds * buckets.bucket / 20) as bucket_last
    from compared_stays as stays
    inner join {{ percent_buckets() }} as buckets (bucket)
        on stays.first_position * 20 < stays.length_seconds * buckets.bucket
            and stays.last_position * 20 > stays.length_seconds * (buckets.bucket - 1)

)

select
    video_play_hk,
    programme_hk,
    bucket,
    cast(sum(bucket_last - bucket_first) as decimal(18, 6)) as seconds_seen,
    cast(sum(
        greatest(bucket_last - greatest(bucket_first, coalesce(covered_to, bucket_first)), 0)
    ) as decimal(18, 6)) as distinct_seconds_seen,
    broadcast_date
from buckets
group by video_play_hk, programme_hk, bucket, broadcast_date
