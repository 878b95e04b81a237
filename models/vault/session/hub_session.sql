-- Grain: one row per session that its feed delivers.

{{ hub(
    'session_hk',
    ['feed', 'session_id'],
    [ref('stg_listen_events__events'), ref('stg_web_events__events')]
) }}
