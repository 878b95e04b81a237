-- Grain: one row per page of a site or service.

{{ hub('web_page_hk', ['page_id'], [ref('stg_web_events__events')]) }}
