-- Grain: one row per song of an artist.

{{ hub(
    'song_hk',
    ['song_title', 'artist_name'],
    [ref('stg_listen_events__events'), ref('stg_songs__songs')]
) }}
