-- Grain: one row per channel and broadcaster that were ever delivered together.

{{ link(
    'channel_broadcaster_hk',
    ['channel_hk', 'broadcaster_hk'],
    [ref('stg_channels__channels')]
) }}
