-- Grain: one row per programme and stretch of time over which its delivered details held.

{{ config(materialized='view') }}

{{ satellite_history(
    'programme_hk',
    ['programme_name', 'programme_genre'],
    ref('sat_programme_details')
) }}
