-- Grain: one row per campaign and date for which its spend was ever delivered.

{{ link(
    'campaign_spend_hk',
    ['campaign_hk', 'spend_date'],
    [ref('stg_campaign_spend__spends')]
) }}
