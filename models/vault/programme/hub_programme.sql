-- Grain: one row per programme.

{{ hub(
    'programme_hk',
    ['programme_id'],
    [
        ref('stg_stb_events__events'),
        ref('stg_programmes__programmes'),
        ref('stg_schedule__slots'),
    ]
) }}
