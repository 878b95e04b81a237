-- Grain: one row per viewer: what a feed identifies, here a set-top box.

{{ hub('viewer_hk', ['viewer_id'], [ref('stg_stb_events__events')]) }}
