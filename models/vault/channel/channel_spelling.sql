-- Grain: one row per channel and spelling of its name, with the instant it was last used.
-- The latest instant is the same whatever the order of delivery: loads can be folded in one by one.

{{ config(incremental_strategy='delete+insert', unique_key=['channel_hk', 'channel_name']) }}

with

used as (

    select
        channel_hk,
        channel_name,
        event_at as last_used_at
    from {{ ref('stg_stb_events__events') }}
    where {{ in_new_loads('load_id') }} and channel_hk <> {{ zero_key() }}
    union all
    select
        channel_hk,
        channel_name,
        started_at as last_used_at
    from {{ ref('stg_tv_sessions__sessions') }}
    where {{ in_new_loads('load_id') }} and channel_hk <> {{ zero_key() }}
    {% if is_incremental() %}
    union all
    select
        channel_hk,
        channel_name,
        last_used_at
    from {{ this }}
    {% endif %}

)

select
    channel_hk,
    channel_name,
    max(last_used_at) as last_used_at
from used
group by channel_hk, channel_name
