-- Grain: one row per viewer and move to another plan.

{{ effectivity_satellite(
    'viewer_plan_hk',
    'viewer_hk',
    'plan_hk',
    ref('stg_listen_events__events')
) }}
