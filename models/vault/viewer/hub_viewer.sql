-- Grain: one row per viewer: what a feed identifies as a set-top box, person, account or cookie.

{{ hub(
    'viewer_hk',
    ['viewer_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_tv_sessions__sessions'),
        ref('stg_viewer_profiles__profiles'),
        ref('stg_listen_events__events'),
        renamed(ref('stg_web_events__events'), {'cookie_hk': 'viewer_hk', 'cookie_id': 'viewer_id'}),
        ref('stg_web_events__events'),
    ]
) }}
