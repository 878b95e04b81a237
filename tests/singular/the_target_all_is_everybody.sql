{{ config(meta={'dagster': {'ref': {'name': 'channel_ratings_target'}}}) }}
-- Nobody who viewed is missing from target_membership, or in it twice.

select
    daily.broadcast_date,
    daily.channel_id,
    daily.viewers,
    daily.viewing_seconds,
    ratings.viewers as viewers_of_all,
    ratings.viewing_seconds as seconds_of_all
from {{ rows_to_test(ref('channel_ratings_daily')) }} as daily
left join {{ ref('channel_ratings_target') }} as ratings
    on daily.broadcast_date = ratings.broadcast_date
        and daily.channel_hk = ratings.channel_hk
        and ratings.target = 'all'
where ratings.viewers is distinct from daily.viewers
    or ratings.viewing_seconds is distinct from daily.viewing_seconds
