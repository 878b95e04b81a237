-- Grain: one row per programme, or title of the catalogue (video, article).

{{ hub(
    'programme_hk',
    ['programme_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_programmes__programmes'),
        ref('stg_schedule__slots'),
        ref('stg_web_events__events'),
        ref('stg_titles__titles'),
    ]
) }}
