-- Grain: one row per viewer: what a feed identifies, a set-top box, a person or an account.

{{ hub(
    'viewer_hk',
    ['viewer_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_tv_sessions__sessions'),
        ref('stg_viewer_profiles__profiles'),
        ref('stg_listen_events__events'),
    ]
) }}
