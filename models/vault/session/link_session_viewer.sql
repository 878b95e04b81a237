-- Grain: one row per session and viewer that were ever delivered together.

{{ link(
    'session_viewer_hk',
    ['session_hk', 'viewer_hk'],
    [ref('stg_listen_events__events')]
) }}
