-- Grain: one row per song and change of its delivered details.

{{ satellite(
    'song_hk',
    ['catalogue_song_id', 'song_seconds', 'release_year'],
    ref('stg_songs__songs')
) }}
