-- Grain: one row per event, however often delivered.

{{ config(partition_by='event_date') }}

{{ event_link('event_hk', ['channel_hk', 'viewer_id', 'event_at'], ref('stg_events')) }}
