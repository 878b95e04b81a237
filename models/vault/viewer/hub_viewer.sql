-- Grain: one row per viewer: what a feed identifies, a set-top box or a member of a panel.

{{ hub(
    'viewer_hk',
    ['viewer_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_viewer_profiles__profiles'),
        ref('stg_tv_sessions__sessions'),
    ]
) }}
