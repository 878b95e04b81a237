-- Grain: one row per schedule slot and change of its end.

{{ satellite('schedule_slot_hk', ['ended_at'], ref('stg_schedule__slots')) }}
