-- Grain: one row per viewer: what a feed identifies, as a set-top box, an account or a cookie.

{{ hub(
    'viewer_hk',
    ['viewer_id'],
    [
        ref('stg_stb_events__events'),
        renamed(ref('stg_web_events__events'), {'cookie_hk': 'viewer_hk', 'cookie_id': 'viewer_id'}),
        ref('stg_web_events__events'),
    ]
) }}
