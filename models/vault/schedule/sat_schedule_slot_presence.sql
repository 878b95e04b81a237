-- Grain: one row per schedule slot and delivery that brought it in or left it out.

{{ record_tracking_satellite(
    'schedule_slot_hk',
    ref('stg_schedule__slots'),
    scope='channel_hk',
    from_at='started_at',
    until_at='until_at'
) }}
