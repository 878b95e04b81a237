{{ config(meta={'dagster': {'ref': {'name': 'channel_ratings_daily'}}}) }}

select
    broadcast_date,
    sum(share_pct) as share_pct
from {{ rows_to_test(ref('channel_ratings_daily')) }} as channel_ratings_daily
group by broadcast_date
having abs(sum(share_pct) - 100) > 0.000001
