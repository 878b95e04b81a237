-- Grain: one row per song that began to play, however often delivered.

{{ event_link(
    'song_play_hk',
    [
        'viewer_hk',
        'session_hk',
        'song_hk',
        'artist_hk',
        'plan_hk',
        'user_agent_hk',
        'location_hk',
        'item_in_session',
        'song_seconds',
        'event_at',
    ],
    ref('stg_listen_events__events'),
    events='song_play_hk <> ' ~ zero_key()
) }}
