-- Grain: one row per campaign, date and change of what it cost.

{{ satellite('campaign_spend_hk', ['currency', 'amount'], ref('stg_campaign_spend__spends')) }}
