-- Grain: one row per viewer and stretch of time that it was in one household.

{{ config(materialized='view') }}

{{ effectivity_history(
    'viewer_household_hk',
    'viewer_hk',
    'household_hk',
    ref('sat_viewer_household_effectivity')
) }}
