-- Grain: one row per event or change that the vault holds, with the drop that first brought it.

{{ config(materialized='view') }}

{{ stored_events('event_hk', ref('link_stb_event')) }}
union all
{{ stored_events('tv_session_hk', ref('link_tv_session')) }}
union all
{{ stored_changes('programme_hk', ref('programme_history')) }}
union all
{{ stored_changes('channel_hk', ref('channel_history')) }}
union all
{{ stored_events('event_hk', ref('link_web_event')) }}
union all
{{ stored_changes('programme_hk', ref('title_history')) }}
union all
{{ stored_changes('campaign_spend_hk', ref('campaign_spend_history')) }}
union all
{{ stored_events('event_hk', ref('link_listen_event')) }}
union all
{{ stored_changes('song_hk', ref('song_history')) }}
union all
{{ stored_changes('viewer_hk', ref('viewer_profile_history')) }}
union all
{{ stored_changes('schedule_slot_hk', ref('schedule_slot_history')) }}
