-- Grain: one row per song and stretch of time over which its delivered details held.

{{ config(materialized='view') }}

{{ satellite_history(
    'song_hk',
    ['catalogue_song_id', 'song_seconds', 'release_year'],
    ref('sat_song_details')
) }}
