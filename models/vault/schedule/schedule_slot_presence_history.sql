-- Grain: one row per schedule slot and stretch of time over which the schedule held it, or didn't.

{{ config(materialized='view') }}

{{ record_tracking_history('schedule_slot_hk', ref('sat_schedule_slot_presence')) }}
