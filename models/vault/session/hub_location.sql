-- Grain: one row per place, as delivered.

{{ hub('location_hk', ['location_id'], [ref('stg_listen_events__events')]) }}
