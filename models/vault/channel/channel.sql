-- Grain: one row per channel, with the details now in effect.

{{ config(materialized='view') }}
-- The name is the one in effect in the channels feed, else the spelling used last in the events.

with

details as (

    select
        *,
        row_number() over (
            partition by channel_hk order by effective_at desc, change_hash desc
        ) as recency
    from {{ ref('sat_channel_details') }}

),

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
left join details on hub_channel.channel_hk = details.channel_hk and details.recency = 1
left join spellings on hub_channel.channel_hk = spellings.channel_hk and spellings.recency = 1
