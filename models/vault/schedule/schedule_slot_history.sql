-- Grain: one row per schedule slot and stretch of time over which its end held.

{{ config(materialized='view') }}

{{ satellite_history('schedule_slot_hk', ['ended_at'], ref('sat_schedule_slot_details')) }}
