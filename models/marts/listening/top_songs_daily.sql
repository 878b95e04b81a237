-- Grain: one row per broadcast date and song, and per date and artist, among the ten played most.

with

plays as (

    select * from {{ ref('song_play') }}
    where {{ in_affected_dates('broadcast_date') }}

),

entries as (

    select
        'song' as chart,
        plays.*,
        hub_song.song_title,
        hub_song.artist_name
    from plays
    inner join {{ ref('hub_song') }} as hub_song on plays.song_hk = hub_song.song_hk
    where plays.song_hk <> {{ zero_key() }}
    union all
    select
        'artist' as chart,
        plays.*,
        null as song_title,
        hub_artist.artist_name
    from plays
    inner join {{ ref('hub_artist') }} as hub_artist on plays.artist_hk = hub_artist.artist_hk
    where plays.artist_hk <> {{ zero_key() }}

),

counted as (

    select
        broadcast_date,
        chart,
        song_title,
        artist_name,
        count(*) as plays,
        count(case when is_stream then 1 end) as streams,
        count(distinct viewer_hk) as listeners,
        coalesce(sum(played_seconds), 0) as played_seconds
    from entries
    group by broadcast_date, chart, song_title, artist_name

),

ranked as (

    select
        *,
        row_number() over (
            partition by broadcast_date, chart
            order by
                plays desc,
                played_seconds desc,
                {{ by_code_point('artist_name') }} nulls last,
                {{ by_code_point('song_title') }} nulls last
        ) as rank_by_plays
    from counted

)

select
    chart,
    song_title,
    artist_name,
    plays,
    streams,
    listeners,
    cast(played_seconds as {{ type_double() }}) as played_seconds,
    rank_by_plays,
    broadcast_date
from ranked
where rank_by_plays <= 10
