-- Grain: one row per artist.

{{ hub(
    'artist_hk',
    ['artist_name'],
    [ref('stg_listen_events__events'), ref('stg_songs__artists')]
) }}
