-- Grain: one row per viewer and household that were ever delivered together.

{{ link(
    'viewer_household_hk',
    ['viewer_hk', 'household_hk'],
    [ref('stg_viewer_profiles__profiles')]
) }}
