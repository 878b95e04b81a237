-- Grain: one row per programme and change of its delivered details.

{{ satellite(
    'programme_hk',
    ['programme_name', 'programme_genre'],
    ref('stg_programmes__programmes')
) }}
