-- Grain: one row per receiver of a household.

{{ hub('device_hk', ['device_id'], [ref('stg_tv_sessions__sessions')]) }}
