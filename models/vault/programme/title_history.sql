-- Grain: one row per title and stretch of time over which its delivered details held.

{{ config(materialized='view') }}

{{ satellite_history(
    'programme_hk',
    ['title_name', 'title_kind', 'title_genre', 'length_seconds'],
    ref('sat_title_details')
) }}
