-- Grain: one row per song and artist that were ever delivered together.

{{ link('song_artist_hk', ['song_hk', 'artist_hk'], [ref('stg_songs__songs')]) }}
