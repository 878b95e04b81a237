-- Grain: one row per artist and change of its delivered details.

{{ satellite(
    'artist_hk',
    ['catalogue_artist_id', 'artist_location', 'artist_latitude', 'artist_longitude'],
    ref('stg_songs__artists')
) }}
