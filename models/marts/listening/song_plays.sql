-- Grain: one row per song that began to play.

{{ config(materialized='view') }}

select
    song_play.song_play_hk,
    song_play.viewer_hk,
    song_play.session_hk,
    song_play.song_hk,
    song_play.artist_hk,
    hub_viewer.viewer_id,
    hub_session.session_id,
    hub_song.song_title,
    hub_artist.artist_name,
    song_history.catalogue_song_id,
    artist_history.artist_location,
    hub_plan.plan_id,
    user_agents.device,
    user_agents.operating_system,
    user_agents.browser,
    locations.city,
    locations.state_codes,
    song_play.item_in_session,
    song_history.release_year,
    song_play.song_seconds,
    song_play.played_seconds,
    100 * cast(song_play.played_seconds as {{ type_double() }})
    / cast(nullif(song_play.song_seconds, 0) as {{ type_double() }}) as played_pct,
    song_play.is_stream,
    song_play.is_skip,
    song_play.is_early_skip,
    song_play.broadcast_date,
    song_play.started_at,
    song_play.ended_at
from {{ ref('song_play') }} as song_play
inner join {{ ref('hub_viewer') }} as hub_viewer on song_play.viewer_hk = hub_viewer.viewer_hk
inner join {{ ref('hub_session') }} as hub_session on song_play.session_hk = hub_session.session_hk
inner join {{ ref('hub_song') }} as hub_song on song_play.song_hk = hub_song.song_hk
inner join {{ ref('hub_artist') }} as hub_artist on song_play.artist_hk = hub_artist.artist_hk
inner join {{ ref('hub_plan') }} as hub_plan on song_play.plan_hk = hub_plan.plan_hk
inner join {{ ref('sat_user_agent_details') }} as user_agents
    on song_play.user_agent_hk = user_agents.user_agent_hk
inner join {{ ref('sat_location_details') }} as locations
    on song_play.location_hk = locations.location_hk
left join {{ ref('song_history') }} as song_history
    on song_play.song_hk = song_history.song_hk and song_history.is_current
left join {{ ref('artist_history') }} as artist_history
    on song_play.artist_hk = artist_history.artist_hk and artist_history.is_current
