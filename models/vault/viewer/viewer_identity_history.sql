-- Grain: one row per viewer and stretch of time over which its name and e-mail held, as pseudonyms.

{{ config(materialized='view') }}

{{ satellite_history(
    'viewer_hk',
    ['name_pseudonym', 'email_pseudonym'],
    ref('sat_viewer_identity')
) }}
