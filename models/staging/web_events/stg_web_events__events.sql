-- Grain: one row per event row delivered, repeats included.

{% set raw = source('raw', 'web_events') -%}

with

delivered as (

    select * from {{ raw }}

),

cookies as (

    {{ with_key(
        'delivered', raw, 'visitor_id', 'cookie', "'cookie:' || " ~ clean_text('visitor_id')
    ) | indent(4) }}

),

users as (

    {{ with_key(
        'cookies', raw, 'account_id', 'user', "'account:' || " ~ clean_text('account_id')
    ) | indent(4) }}

),

pages as (

    {{ with_key(
        'users', raw, 'page', 'web_page', clean_text("split_part(split_part(page, '?', 1), '#', 1)")
    ) | indent(4) }}

),

titles as (

    {{ with_key(
        'pages', raw, 'title_id', 'programme', "'title:' || " ~ clean_text('title_id')
    ) | indent(4) }}

),

campaigns as (

    {{ with_key(
        'titles', raw, 'utm_campaign', 'campaign', fold(clean_text('utm_campaign'))
    ) | indent(4) }}

),

cleaned as (

    select
        cookie_hk,
        user_hk as account_hk,
        web_page_hk,
        programme_hk,
        campaign_hk,
        {{ clean_text('event_id') }} as event_id,
        {{ lower_case(clean_text('event_type')) }} as event_type,
        cookie_id,
        user_id as account_id,
        web_page_id as page_id,
        programme_id,
        campaign_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('page_view_id') }} as page_view_id,
        {{ clean_text('player_id') }} as player_id,
        player_state,
        {{ clean_text('referrer') }} as referrer,
        {{ clean_text('utm_source') }} as utm_source,
        {{ clean_text('utm_medium') }} as utm_medium,
        {{ clean_text('utm_campaign') }} as utm_campaign,
        {{ clean_text('utm_term') }} as utm_term,
        {{ clean_text('utm_content') }} as utm_content,
        {{ clean_text('device') }} as device,
        user_agent,
        {{ clean_text('country') }} as country,
        'web_events' as feed,
        'web_events' as record_source,
        position_seconds,
        length_seconds,
        coalesce(is_key_event, false) as is_key_event,
        event_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from campaigns

)

select
    {{ hash_key(['event_id', instant_text('event_at')]) }} as event_hk,
    case when account_id is null then cookie_hk else account_hk end as viewer_hk,
    cookie_hk,
    account_hk,
    case
        when session_id is null then {{ zero_key() }}
        else {{ hash_key(['feed', 'session_id']) }}
    end as session_hk,
    web_page_hk,
    programme_hk,
    campaign_hk,
    event_id,
    event_type,
    coalesce(account_id, cookie_id) as viewer_id,
    cookie_id,
    account_id,
    session_id,
    page_view_id,
    player_id,
    page_id,
    programme_id,
    campaign_id,
    player_state,
    referrer,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_term,
    utm_content,
    device,
    user_agent,
    country,
    feed,
    record_source,
    position_seconds,
    length_seconds,
    is_key_event,
    cast(event_at as date) as event_date,
    event_at,
    loaded_at,
    load_id,
    row_number
from cleaned
