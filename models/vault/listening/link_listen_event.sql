-- Grain: one row per event of an audio service, however often delivered.

{{ event_link(
    'event_hk',
    [
        'viewer_hk',
        'session_hk',
        'web_page_hk',
        'plan_hk',
        'user_agent_hk',
        'location_hk',
        'page_id',
        'auth',
        'method',
        'status',
        'item_in_session',
        'event_at',
    ],
    ref('stg_listen_events__events')
) }}
