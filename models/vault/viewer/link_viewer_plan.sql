-- Grain: one row per viewer and plan that were ever delivered together.

{{ link('viewer_plan_hk', ['viewer_hk', 'plan_hk'], [ref('stg_listen_events__events')]) }}
