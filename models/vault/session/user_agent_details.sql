-- Grain: one row per user agent, with what it tells of the device, its system and the browser.

{{ config(materialized='view') }}
-- The first that fits counts: browsers name those that they descend from, tablets phones' systems.

with

told as (

    select
        *,
        case
            when user_agent like '%bot%' or user_agent like '%spider%' then 'bot'
            when user_agent like '%TV%' then 'tv'
            when user_agent like '%iPad%' then 'tablet'
            when user_agent like '%Android%' and user_agent not like '%Mobile%' then 'tablet'
            when user_agent like '%Mobile%' or user_agent like '%iPhone%' then 'mobile'
            when user_agent like '%Windows%' then 'desktop'
            when user_agent like '%Macintosh%' then 'desktop'
            when user_agent like '%Linux%' then 'desktop'
            else 'other'
        end as device,
        case
            when user_agent like '%Android%' then 'Android'
            when user_agent like '%iPad%' or user_agent like '%iPhone%' then 'iOS'
            when user_agent like '%Windows%' then 'Windows'
            when user_agent like '%Macintosh%' then 'macOS'
            when user_agent like '%Linux%' then 'Linux'
            else 'other'
        end as operating_system,
        case
            when user_agent like '%Edg%' then 'Edge'
            when user_agent like '%OPR/%' or user_agent like '%Opera%' then 'Opera'
            when user_agent like '%Firefox%' or user_agent like '%FxiOS%' then 'Firefox'
            when user_agent like '%Chrome%' or user_agent like '%CriOS%' then 'Chrome'
            when user_agent like '%MSIE%' or user_agent like '%Trident%' then 'Internet Explorer'
            when user_agent like '%Safari%' then 'Safari'
            else 'other'
        end as browser
    from {{ ref('hub_user_agent') }}
    where user_agent_hk <> {{ zero_key() }}

)

select
    user_agent_hk,
    {{ change_hash(['device', 'operating_system', 'browser']) }} as change_hash,
    device,
    operating_system,
    browser,
    record_source,
    {{ beginning_of_time() }} as effective_at,
    loaded_at,
    load_id,
    1 as row_number
from told
