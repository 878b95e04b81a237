-- Grain: one row per user agent, with what it tells of the device, its system and the browser.

{{ satellite(
    'user_agent_hk',
    ['device', 'operating_system', 'browser'],
    ref('user_agent_details')
) }}
