-- Grain: one row per broadcast date with viewing in the vault or in a mart.

{{ config(materialized='view') }}
-- Summed as decimals: a sum of doubles depends on the order of its rows.

with

counted as (

    select
        'viewer' as total,
        cast(viewer_hk as {{ type_string() }}) as counted_for,
        viewing_seconds as seconds_in_vault,
        0 as seconds_in_marts,
        broadcast_date
    from {{ ref('viewing_interval') }}
    union all
    select
        'viewer' as total,
        cast(viewer_hk as {{ type_string() }}) as counted_for,
        0 as seconds_in_vault,
        cast(viewing_seconds as decimal(24, 6)) as seconds_in_marts,
        broadcast_date
    from {{ ref('viewing_duration_daily') }}
    union all
    select
        'platform' as total,
        platform as counted_for,
        viewing_seconds as seconds_in_vault,
        0 as seconds_in_marts,
        broadcast_date
    from {{ ref('viewing_interval') }}
    union all
    select
        'platform' as total,
        platform as counted_for,
        0 as seconds_in_vault,
        cast(viewing_seconds as decimal(24, 6)) as seconds_in_marts,
        broadcast_date
    from {{ ref('average_viewing_duration') }}
    union all
    select
        'channel' as total,
        cast(channel_hk as {{ type_string() }}) as counted_for,
        viewing_seconds as seconds_in_vault,
        0 as seconds_in_marts,
        broadcast_date
    from {{ ref('viewing_interval') }}
    where platform = 'tv'
    union all
    select
        'channel' as total,
        cast(channel_hk as {{ type_string() }}) as counted_for,
        0 as seconds_in_vault,
        cast(viewing_seconds as decimal(24, 6)) as seconds_in_marts,
        broadcast_date
    from {{ ref('channel_ratings_daily') }}
    union all
    select
        'minutes of a channel' as total,
        cast(channel_hk as {{ type_string() }}) as counted_for,
        60 as seconds_in_vault,
        0 as seconds_in_marts,
        broadcast_date
    from {{ ref('viewing_minutes') }}
    union all
    select
        'minutes of a channel' as total,
        cast(channel_hk as {{ type_string() }}) as counted_for,
        0 as seconds_in_vault,
        60 * credited_minutes as seconds_in_marts,
        broadcast_date
    from {{ ref('channel_ratings_daily') }}

),

side_by_side as (

    select
        broadcast_date,
        total,
        counted_for,
        sum(seconds_in_vault) as seconds_in_vault,
        sum(seconds_in_marts) as seconds_in_marts
    from counted
    group by broadcast_date, total, counted_for

)

select
    cast(
        sum(case when total = 'viewer' then seconds_in_vault else 0 end) as {{ type_double() }}
    ) as seconds_in_vault,
    cast(
        sum(case when total = 'viewer' then seconds_in_marts else 0 end) as {{ type_double() }}
    ) as seconds_in_marts,
    cast(
        sum(case when abs(seconds_in_vault - seconds_in_marts) > 0.001 then 1 else 0 end) as integer
    ) as totals_that_differ,
    broadcast_date
from side_by_side
group by broadcast_date
