-- Grain: one row per song that began to play.
-- A song plays for its length, or until the next song or Logout of its session, whichever is first.
-- No song is longer than a day (contract): what ends it lies within a day of its start.

{{ config(incremental_strategy='by_affected_dates') }}

{% set song_end = add_seconds('started_at', 'song_seconds') %}

with

-- A broadcast date lies within the UTC dates from the one before it to the second after it.
starts_and_ends as (

    select
        song_play_hk,
        viewer_hk,
        session_hk,
        song_hk,
        artist_hk,
        plan_hk,
        user_agent_hk,
        location_hk,
        record_source,
        item_in_session,
        cast(round(song_seconds, 3) as decimal(12, 3)) as song_seconds,
        event_at as started_at
    from {{ ref('link_song_play') }}
    where {{ in_affected_dates('event_date', days_before=1, days_after=3) }}
    union all
    select
        {{ zero_key() }} as song_play_hk,
        viewer_hk,
        session_hk,
        {{ zero_key() }} as song_hk,
        {{ zero_key() }} as artist_hk,
        plan_hk,
        user_agent_hk,
        location_hk,
        record_source,
        item_in_session,
        cast(null as decimal(12, 3)) as song_seconds,
        event_at as started_at
    from {{ ref('link_listen_event') }}
    where {{ in_affected_dates('event_date', days_before=1, days_after=3) }}
        and page_id = 'Logout'

),

followed as (

    select
        *,
        lead(started_at) over events_of_session as next_at,
        lead(song_play_hk) over events_of_session <> {{ zero_key() }} as is_next_a_song
    from starts_and_ends
    window
        events_of_session as (
            partition by session_hk order by started_at, item_in_session, song_play_hk
        )

),

plays as (

    select
        *,
        case when song_seconds is not null then least({{ song_end }}, next_at) end as ended_at,
        coalesce(
            is_next_a_song
            and next_at <= {{ add_seconds(song_end, -var('skip_tolerance_seconds')) }},
            false
        ) as is_skip
    from followed
    where song_play_hk <> {{ zero_key() }} and viewer_hk <> {{ zero_key() }}

),

measured as (

    select
        *,
        {{ seconds_between('started_at', 'ended_at') }} as played_seconds
    from plays

)

select
    measured.song_play_hk,
    measured.viewer_hk,
    measured.session_hk,
    measured.song_hk,
    measured.artist_hk,
    measured.plan_hk,
    measured.user_agent_hk,
    measured.location_hk,
    measured.record_source,
    measured.item_in_session,
    measured.song_seconds,
    measured.played_seconds,
    coalesce(measured.played_seconds >= 30, false) as is_stream,
    measured.is_skip,
    measured.is_skip and measured.played_seconds < 30 as is_early_skip,
    calendar.broadcast_date,
    measured.started_at,
    measured.ended_at
from measured
inner join {{ ref('broadcast_calendar') }} as calendar
    on measured.started_at >= calendar.day_started_at
        and measured.started_at < calendar.day_ended_at
where {{ in_affected_dates('calendar.broadcast_date') }}
