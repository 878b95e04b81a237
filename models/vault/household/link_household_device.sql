-- Grain: one row per household and device that were ever delivered together.

{{ link(
    'household_device_hk',
    ['household_hk', 'device_hk'],
    [ref('stg_tv_sessions__sessions')]
) }}
