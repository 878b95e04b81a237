-- Grain: one row per broadcaster.

{{ hub('broadcaster_hk', ['broadcaster_id'], [ref('stg_channels__channels')]) }}
