-- Grain: one row per row that raw holds, with whether the vault holds what it says.

{{ config(materialized='view') }}

{{ delivered_events(
    'event_hk',
    ref('stg_stb_events__events'),
    ref('link_stb_event'),
    {
        'viewer_hk': ref('hub_viewer'),
        'channel_hk': ref('hub_channel'),
        'programme_hk': ref('hub_programme'),
    },
    activity=ref('viewer_activity'),
    spelling=ref('channel_spelling')
) }}
union all
{{ delivered_events(
    'tv_session_hk',
    ref('stg_tv_sessions__sessions'),
    ref('link_tv_session'),
    {
        'viewer_hk': ref('hub_viewer'),
        'channel_hk': ref('hub_channel'),
        'household_hk': ref('hub_household'),
        'device_hk': ref('hub_device'),
        'household_device_hk': ref('link_household_device'),
    },
    at='started_at',
    activity=ref('viewer_activity'),
    spelling=ref('channel_spelling')
) }}
union all
{{ delivered_changes(
    'programme_hk',
    ref('stg_programmes__programmes'),
    ref('programme_history'),
    {'programme_hk': ref('hub_programme')}
) }}
union all
{{ delivered_changes(
    'channel_hk',
    ref('stg_channels__channels'),
    ref('channel_history'),
    {
        'channel_hk': ref('hub_channel'),
        'broadcaster_hk': ref('hub_broadcaster'),
        'channel_broadcaster_hk': ref('link_channel_broadcaster'),
    }
) }}
union all
{{ delivered_events(
    'event_hk',
    ref('stg_web_events__events'),
    ref('link_web_event'),
    {
        'viewer_hk': ref('hub_viewer'),
        'session_hk': ref('hub_session'),
        'web_page_hk': ref('hub_web_page'),
        'programme_hk': ref('hub_programme'),
        'campaign_hk': ref('hub_campaign'),
    },
    activity=ref('viewer_activity')
) }}
union all
{{ delivered_changes(
    'programme_hk',
    ref('stg_titles__titles'),
    ref('title_history'),
    {'programme_hk': ref('hub_programme')}
) }}
union all
{{ delivered_changes(
    'campaign_spend_hk',
    ref('stg_campaign_spend__spends'),
    ref('campaign_spend_history'),
    {
        'campaign_hk': ref('hub_campaign'),
        'campaign_spend_hk': ref('link_campaign_spend'),
    }
) }}
union all
{{ delivered_events(
    'event_hk',
    ref('stg_listen_events__events'),
    ref('link_listen_event'),
    {
        'session_hk': ref('hub_session'),
        'viewer_hk': ref('hub_viewer'),
        'web_page_hk': ref('hub_web_page'),
        'plan_hk': ref('hub_plan'),
        'user_agent_hk': ref('hub_user_agent'),
        'location_hk': ref('hub_location'),
        'song_hk': ref('hub_song'),
        'artist_hk': ref('hub_artist'),
        'session_viewer_hk': ref('link_session_viewer'),
        'viewer_plan_hk': ref('link_viewer_plan'),
    },
    kinds={'song_play_hk': ref('link_song_play')},
    relations={'plan_hk': ref('viewer_plan_history')},
    activity=ref('viewer_activity')
) }}
union all
{{ delivered_changes(
    'song_hk',
    ref('stg_songs__songs'),
    ref('song_history'),
    {
        'song_hk': ref('hub_song'),
        'artist_hk': ref('hub_artist'),
        'song_artist_hk': ref('link_song_artist'),
    },
    facets={'artist_hk': (ref('stg_songs__artists'), ref('artist_history'))}
) }}
union all
{{ delivered_changes(
    'viewer_hk',
    ref('stg_viewer_profiles__profiles'),
    ref('viewer_profile_history'),
    {
        'viewer_hk': ref('hub_viewer'),
        'household_hk': ref('hub_household'),
        'viewer_household_hk': ref('link_viewer_household'),
    },
    relations={'household_hk': ref('viewer_household_history')},
    facets={'viewer_hk': (ref('stg_viewer_profiles__identities'), ref('viewer_identity_history'))}
) }}
union all
{{ delivered_changes(
    'schedule_slot_hk',
    ref('stg_schedule__slots'),
    ref('schedule_slot_history'),
    {
        'schedule_slot_hk': ref('link_schedule_slot'),
        'channel_hk': ref('hub_channel'),
        'programme_hk': ref('hub_programme'),
    },
    relations={'schedule_slot_hk': ref('schedule_slot_presence_history')}
) }}
