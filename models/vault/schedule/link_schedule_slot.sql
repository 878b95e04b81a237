-- Grain: one row per channel, programme and start that a schedule ever told.

{{ link(
    'schedule_slot_hk',
    ['channel_hk', 'programme_hk', 'started_at'],
    [ref('stg_schedule__slots')]
) }}
