-- Grain: one row per web event, however often delivered.

{{ event_link(
    'event_hk',
    [
        'cookie_hk',
        'account_hk',
        'session_hk',
        'web_page_hk',
        'programme_hk',
        'campaign_hk',
        'event_type',
        'page_view_id',
        'player_id',
        'page_id',
        'player_state',
        'referrer',
        'utm_source',
        'utm_medium',
        'utm_campaign',
        'utm_term',
        'utm_content',
        'device',
        'user_agent',
        'country',
        'position_seconds',
        'length_seconds',
        'is_key_event',
        'event_at',
    ],
    ref('stg_web_events__events')
) }}
