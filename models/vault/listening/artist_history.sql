-- Grain: one row per artist and stretch of time over which its delivered details held.

{{ config(materialized='view') }}

{{ satellite_history(
    'artist_hk',
    ['catalogue_artist_id', 'artist_location', 'artist_latitude', 'artist_longitude'],
    ref('sat_artist_details')
) }}
