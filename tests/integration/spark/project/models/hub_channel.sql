-- Grain: one row per channel.

{{ hub('channel_hk', ['channel_id'], [ref('stg_events')]) }}
