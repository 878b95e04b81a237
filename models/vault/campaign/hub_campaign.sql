-- Grain: one row per campaign.

{{ hub(
    'campaign_hk',
    ['campaign_id'],
    [ref('stg_web_events__events'), ref('stg_campaign_spend__spends')]
) }}
