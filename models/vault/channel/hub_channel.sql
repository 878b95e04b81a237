-- Grain: one row per channel.

{{ hub(
    'channel_hk',
    ['channel_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_channels__channels'),
        ref('stg_tv_sessions__sessions'),
    ]
) }}
