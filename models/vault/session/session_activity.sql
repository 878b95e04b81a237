-- Grain: one row per delivered session, with the first and the last instant of its events.
-- Both are the same whatever the order of delivery, so loads can be folded in one by one.

{{ config(incremental_strategy='delete+insert', unique_key='session_hk') }}

with

seen as (

    select
        session_hk,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
    from {{ ref('session_input') }}
    where {{ in_new_loads('load_id') }} and session_hk <> {{ zero_key() }}
    group by session_hk

),

folded as (

    select * from seen
    {% if is_incremental() %}
    union all
    select
        session_hk,
        first_event_at,
        last_event_at
    from {{ this }}
    where session_hk in (select seen.session_hk from seen)
    {% endif %}

)

select
    session_hk,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
from folded
group by session_hk
