-- Grain: one row per user agent, as delivered.

{{ hub('user_agent_hk', ['user_agent'], [ref('stg_listen_events__events')]) }}
