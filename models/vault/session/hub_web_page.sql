-- Grain: one row per page of a site or of a service.

{{ hub(
    'web_page_hk',
    ['page_id'],
    [ref('stg_listen_events__events'), ref('stg_web_events__events')]
) }}
