-- Grain: one row per viewer and stretch of time over which its profile held.

{{ config(materialized='view') }}

{{ satellite_history(
    'viewer_hk',
    ['gender', 'region', 'birth_year', 'weight'],
    ref('sat_viewer_profile')
) }}
