-- Grain: one row per channel, with the details now in effect.

{{ config(materialized='view') }}
-- The name is the one in effect in the channels feed, else the spelling used last in the events.

with

spellings as (

    select
        *,
        row_number() over (
            partition by channel_hk order by last_used_at desc, {{ by_code_point('channel_name') }}
        ) as recency
    from {{ ref('channel_spelling') }}

)

select
    hub_channel.channel_hk,
    hub_channel.channel_id,
    coalesce(details.channel_name, spellings.channel_name, hub_channel.channel_id) as channel_name,
    details.channel_genre,
    details.broadcaster_name
from {{ ref('hub_channel') }} as hub_channel
left join {{ ref('channel_history') }} as details
    on hub_channel.channel_hk = details.channel_hk and details.is_current
left join spellings on hub_channel.channel_hk = spellings.channel_hk and spellings.recency = 1
where hub_channel.channel_hk <> {{ zero_key() }}
