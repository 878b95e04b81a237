-- Grain: one row per campaign, date and stretch of time over which its spend held.

{{ config(materialized='view') }}

{{ satellite_history(
    'campaign_spend_hk',
    ['currency', 'amount'],
    ref('sat_campaign_spend_details')
) }}
