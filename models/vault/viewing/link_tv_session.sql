-- Grain: one row per row of a viewing session, however often delivered.

{{ config(incremental_strategy='append') }}

{{ event_link(
    'tv_session_hk',
    [
        'viewer_hk',
        'household_hk',
        'device_hk',
        'channel_hk',
        'channel_id',
        'session_id',
        'duration_seconds',
        'play_speed',
        'started_at',
        'ended_at',
        'broadcast_at',
    ],
    ref('stg_tv_sessions__sessions')
) }}
