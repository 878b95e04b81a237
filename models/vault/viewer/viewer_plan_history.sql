-- Grain: one row per viewer and stretch of time over which it had one plan.

{{ config(materialized='view') }}

{{ effectivity_history(
    'viewer_plan_hk',
    'viewer_hk',
    'plan_hk',
    ref('sat_viewer_plan_effectivity')
) }}
