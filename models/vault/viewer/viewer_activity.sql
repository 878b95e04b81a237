-- Grain: one row per viewer, with the first and the last instant of its events.
-- Both are the same whatever the order of delivery, so loads can be folded in one by one.

{{ config(incremental_strategy='delete+insert', unique_key='viewer_hk') }}

with

seen as (

    select
        viewer_hk,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from {{ ref('link_stb_event') }}
    where {{ in_new_loads('load_id') }} and viewer_hk <> {{ zero_key() }}
    group by viewer_hk
    union all
    select
        viewer_hk,
        min(started_at) as first_event_at,
        max(greatest(started_at, {{ add_seconds('ended_at', -0.000001) }})) as last_event_at
    from {{ ref('link_tv_session') }}
    where {{ in_new_loads('load_id') }} and viewer_hk <> {{ zero_key() }}
    group by viewer_hk
    union all
    select
        case when account_hk = {{ zero_key() }} then cookie_hk else account_hk end as viewer_hk,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from {{ ref('link_web_event') }}
    where {{ in_new_loads('load_id') }}
        and (account_hk <> {{ zero_key() }} or cookie_hk <> {{ zero_key() }})
    group by case when account_hk = {{ zero_key() }} then cookie_hk else account_hk end
    union all
    select
        viewer_hk,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from {{ ref('link_listen_event') }}
    where {{ in_new_loads('load_id') }} and viewer_hk <> {{ zero_key() }}
    group by viewer_hk

),

folded as (

    select * from seen
    {% if is_incremental() %}
    union all
    select
        viewer_hk,
        first_event_at,
        last_event_at
    from {{ this }}
    where viewer_hk in (select seen.viewer_hk from seen)
    {% endif %}

)

select
    viewer_hk,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from folded
group by viewer_hk
