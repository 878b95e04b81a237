-- Grain: one row per broadcast date, target, platform, device and genre with viewing; `all` stands
-- for all platforms, devices or genres together.
-- A viewer counts once in each row. The genre is that of the programme or title, where it has none
-- that of the channel.

with

genres as (

    select
        programme_hk,
        programme_genre as genre
    from {{ ref('programme_history') }}
    where is_current and programme_genre is not null
    union all
    select
        programme_hk,
        title_genre as genre
    from {{ ref('title_history') }}
    where is_current and title_genre is not null

),

viewing as (

    select
        viewing_interval.broadcast_date,
        viewing_interval.viewer_hk,
        viewing_interval.platform,
        coalesce(nullif(viewing_interval.device, 'all'), 'unknown') as device,
        coalesce(nullif(coalesce(genres.genre, channel.channel_genre), 'all'), 'unknown') as genre,
        viewing_interval.viewing_seconds
    from {{ ref('viewing_interval') }} as viewing_interval
    left join genres
        on viewing_interval.programme_hk = genres.programme_hk
            and genres.programme_hk <> {{ zero_key() }}
    left join {{ ref('channel_history') }} as channel
        on viewing_interval.channel_hk = channel.channel_hk
            and channel.is_current and channel.channel_hk <> {{ zero_key() }}
    where {{ in_affected_dates('viewing_interval.broadcast_date') }}

),

viewer_days as (

    select
        broadcast_date,
        viewer_hk,
        coalesce(platform, 'all') as platform,
        coalesce(device, 'all') as device,
        coalesce(genre, 'all') as genre,
        sum(viewing_seconds) as viewing_seconds
    from viewing
    group by broadcast_date, viewer_hk, cube(platform, device, genre)

),

weighted_days as (

    select
        viewer_days.*,
        cast(coalesce(profiles.weight, 1) as decimal(18, 6)) as weight
    from viewer_days
    left join {{ ref('viewer_profile_span') }} as profiles
        on viewer_days.viewer_hk = profiles.viewer_hk
            and viewer_days.broadcast_date between profiles.first_date and profiles.last_date

),

target_days as (

    select
        'all' as target,
        weighted_days.*
    from weighted_days
    union all
    select
        membership.target,
        weighted_days.*
    from weighted_days
    inner join {{ ref('target_membership') }} as membership
        on weighted_days.viewer_hk = membership.viewer_hk
            and weighted_days.broadcast_date between membership.first_date and membership.last_date
    where membership.target <> 'all'

)

select
    target,
    platform,
    device,
    genre,
    cast(sum(weight * cast(viewing_seconds as decimal(19, 6))) as decimal(38, 12))
        as viewing_seconds,
    count(*) as viewers,
    cast(sum(weight) as {{ type_double() }}) as viewers_weighted,
    broadcast_date
from target_days
group by broadcast_date, target, platform, device, genre
