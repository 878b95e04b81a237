-- Grain: one row per subscription plan.

{{ hub('plan_hk', ['plan_id'], [ref('stg_listen_events__events')]) }}
