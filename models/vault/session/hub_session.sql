-- Grain: one row per session that a feed delivers.

{{ hub('session_hk', ['record_source', 'session_id'], [ref('stg_web_events__events')]) }}
