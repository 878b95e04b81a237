-- Grain: one row per channel and stretch of time over which its delivered details held.

{{ config(materialized='view') }}

{{ satellite_history(
    'channel_hk',
    ['channel_name', 'channel_genre', 'broadcaster_name'],
    ref('sat_channel_details')
) }}
