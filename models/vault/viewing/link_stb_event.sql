-- Grain: one row per set-top-box event, however often delivered.

{{ config(incremental_strategy='append') }}

{{ event_link(
    'event_hk',
    [
        'viewer_hk',
        'channel_hk',
        'programme_hk',
        'programme_id',
        'event_code',
        'satellite',
        'geo_location',
        'event_at',
        'indexed_at',
    ],
    ref('stg_stb_events__events'),
    identity=['viewer_hk', 'event_at', 'event_code', 'channel_hk', 'programme_hk', 'satellite']
) }}
