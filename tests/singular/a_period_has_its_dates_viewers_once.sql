{{ config(meta={'dagster': {'ref': {'name': 'channel_ratings_period'}}}) }}
-- No fewer than the best of its dates, no more than all of them: of viewers always; of reach where
-- no weight is another than 1, for the mean of weights that change is less than the greatest.
-- Seconds are those of its dates, but for the rounding of sums.

with

days as (

    select
        periods.period,
        periods.first_date,
        periods.channel_hk,
        max(ratings.viewers) as most_viewers,
        sum(ratings.viewers) as all_viewers,
        sum(ratings.viewing_seconds) as viewing_seconds,
        max(ratings.reach) as most_reach,
        sum(ratings.reach) as all_reach
    from {{ rows_to_test(ref('channel_ratings_period')) }} as periods
    inner join {{ ref('channel_ratings_daily') }} as ratings
        on periods.channel_hk = ratings.channel_hk
            and ratings.broadcast_date between periods.first_date and periods.last_date
    group by periods.period, periods.first_date, periods.channel_hk

)

select
    periods.period,
    periods.first_date,
    periods.channel_hk,
    periods.viewers,
    days.most_viewers,
    days.all_viewers,
    periods.viewing_seconds,
    days.viewing_seconds as seconds_of_dates,
    periods.reach,
    days.most_reach,
    days.all_reach
from {{ rows_to_test(ref('channel_ratings_period')) }} as periods
left join days
    on periods.period = days.period
        and periods.first_date = days.first_date
        and periods.channel_hk = days.channel_hk
where days.all_viewers is null
    or periods.viewers not between days.most_viewers and days.all_viewers
    or abs(periods.viewing_seconds - days.viewing_seconds) > 0.000001 * days.viewing_seconds
    or periods.reach not between days.most_reach and days.all_reach
    and not exists (
        select 1 from {{ ref('viewer_profile_span') }} as profiles
        where profiles.weight <> 1
    )
