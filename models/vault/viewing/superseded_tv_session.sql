-- Grain: one row per row of a session that another row of its viewer and session id supersedes.
-- The row that ends last holds, and of those alike the one with the higher key: the order of
-- delivery decides nothing. What doesn't hold once never does again, so that this only inserts.

{{ config(incremental_strategy='append') }}

with

delivered_sessions as (

    select distinct
        viewer_hk,
        session_id
    from {{ ref('link_tv_session') }}
    where {{ in_new_loads('load_id') }} and session_id is not null

),

ranked_rows as (

    select
        sessions.tv_session_hk,
        sessions.record_source,
        sessions.load_id,
        min(sessions.load_id) over (
            partition by sessions.viewer_hk, sessions.session_id
            order by
                coalesce(sessions.ended_at, sessions.started_at) desc,
                sessions.tv_session_hk desc
            rows between unbounded preceding and 1 preceding
        ) as better_load_id
    from {{ ref('link_tv_session') }} as sessions
    inner join delivered_sessions
        on sessions.viewer_hk = delivered_sessions.viewer_hk
            and sessions.session_id = delivered_sessions.session_id

)

select
    tv_session_hk,
    record_source,
    greatest(load_id, better_load_id) as superseding_load_id
from ranked_rows
where better_load_id is not null
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.tv_session_hk = ranked_rows.tv_session_hk
    )
{% endif %}
