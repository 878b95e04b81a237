-- Grain: one row per channel and change of its delivered details.

{{ satellite(
    'channel_hk',
    ['channel_name', 'channel_genre', 'broadcaster_name'],
    ref('stg_channels__channels')
) }}
