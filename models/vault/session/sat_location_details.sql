-- Grain: one row per place, with what its name says.

{{ satellite('location_hk', ['city', 'state_codes'], ref('stg_listen_events__locations')) }}
