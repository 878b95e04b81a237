-- Grain: one row per viewer and move to another household.

{{ effectivity_satellite(
    'viewer_household_hk',
    'viewer_hk',
    'household_hk',
    ref('stg_viewer_profiles__profiles')
) }}
