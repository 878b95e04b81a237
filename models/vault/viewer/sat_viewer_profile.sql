-- Grain: one row per viewer and change of its profile.

{{ satellite(
    'viewer_hk',
    ['gender', 'region', 'birth_year', 'weight'],
    ref('stg_viewer_profiles__profiles')
) }}
