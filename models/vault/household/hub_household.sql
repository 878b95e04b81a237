-- Grain: one row per household.

{{ hub(
    'household_hk',
    ['household_id'],
    [ref('stg_tv_sessions__sessions'), ref('stg_viewer_profiles__profiles')]
) }}
