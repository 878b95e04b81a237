-- Grain: one row per period, a week (Monday to Sunday) or a month of broadcast dates, and channel
-- with viewing.

{{ config(materialized='view') }}

with

dates as (

    select
        'week' as period,
        cast(date_trunc('week', broadcast_date) as date) as first_date,
        *
    from {{ ref('universe_daily') }}
    where target = 'all'
    union all
    select
        'month' as period,
        cast(date_trunc('month', broadcast_date) as date) as first_date,
        *
    from {{ ref('universe_daily') }}
    where target = 'all'

),

periods as (

    select
        period,
        first_date,
        case
            when period = 'week' then {{ last_date_of('week', 'first_date') }}
            else {{ last_date_of('month', 'first_date') }}
        end as last_date,
        count(*) as dates,
        cast(sum(day_seconds) as bigint) as period_seconds,
        cast(sum(universe) as {{ type_double() }}) / count(*) as universe,
        case
            when min(universe_source) = max(universe_source) then min(universe_source)
            else 'estimate and known viewers'
        end as universe_source
    from dates
    group by period, first_date

),

rated_days as (

    select
        dates.period,
        dates.first_date,
        dates.day_seconds,
        viewing.channel_hk,
        {{ rounded(rating_of(
            'viewing.viewing_seconds',
            'dates.day_seconds',
            'cast(dates.universe as ' ~ type_double() ~ ')'
        ), 12) }} as rating_pct
    from dates
    inner join {{ ref('channel_viewing_daily') }} as viewing
        on dates.broadcast_date = viewing.broadcast_date

),

ratings as (

    select
        period,
        first_date,
        channel_hk,
        sum(rating_pct) as gross_rating_points,
        sum(rating_pct * day_seconds) as rating_seconds
    from rated_days
    group by period, first_date, channel_hk

),

channel_periods as (

    select
        'week' as period,
        *,
        sum(viewing_seconds) over (partition by broadcast_date) as all_viewing_seconds
    from {{ ref('channel_viewing_weekly') }}
    union all
    select
        'month' as period,
        *,
        sum(viewing_seconds) over (partition by broadcast_date) as all_viewing_seconds
    from {{ ref('channel_viewing_monthly') }}

),

named as (

    select
        channel_periods.*,
        channel.channel_id,
        channel.channel_name,
        channel.channel_genre,
        channel.broadcaster_name,
        periods.first_date,
        periods.last_date,
        periods.dates,
        periods.period_seconds,
        periods.universe,
        periods.universe_source,
        cast(ratings.gross_rating_points as {{ type_double() }}) as gross_rating_points,
        cast(ratings.rating_seconds as {{ type_double() }}) as rating_seconds,
        row_number() over (
            partition by channel_periods.period, channel_periods.broadcast_date
            order by
                channel_periods.viewing_seconds desc, {{ by_code_point('channel.channel_id') }}
        ) as rank_by_viewing
    from channel_periods
    inner join {{ ref('channel') }} as channel on channel_periods.channel_hk = channel.channel_hk
    inner join periods
        on channel_periods.period = periods.period
            and channel_periods.broadcast_date = periods.first_date
    inner join ratings
        on channel_periods.period = ratings.period
            and channel_periods.broadcast_date = ratings.first_date
            and channel_periods.channel_hk = ratings.channel_hk

)

select
    channel_hk,
    channel_id,
    channel_name,
    channel_genre,
    broadcaster_name,
    period,
    universe_source,
    {{ rating_columns('period_seconds', rating_pct='rating_seconds / period_seconds') }},
    gross_rating_points,
    rank_by_viewing,
    universe,
    dates,
    period_seconds,
    first_date,
    last_date
from named
