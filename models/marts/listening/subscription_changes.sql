-- Grain: one row per viewer and subscription plan that it moved to, the first known one included.

{{ config(materialized='view') }}
-- Events that name no plan say nothing of it.
-- A build tests the dates that it touched: depends_on: {{ ref('affected_dates') }}

with

known_plans as (

    select
        viewer_plan_history.viewer_hk,
        hub_viewer.viewer_id,
        hub_plan.plan_id,
        date_trunc('millisecond', viewer_plan_history.valid_from_at) as changed_at,
        lead(date_trunc('millisecond', viewer_plan_history.valid_from_at)) over (
            partition by viewer_plan_history.viewer_hk
            order by viewer_plan_history.valid_from_at, viewer_plan_history.valid_to_at nulls last
        ) as next_known_at
    from {{ ref('viewer_plan_history') }} as viewer_plan_history
    inner join {{ ref('hub_viewer') }} as hub_viewer
        on viewer_plan_history.viewer_hk = hub_viewer.viewer_hk
    inner join {{ ref('hub_plan') }} as hub_plan
        on viewer_plan_history.plan_hk = hub_plan.plan_hk
    where viewer_plan_history.viewer_hk <> {{ zero_key() }}
        and viewer_plan_history.plan_hk <> {{ zero_key() }}

),

-- The order of the events of one millisecond is behind it in valid_from_at: its last plan holds.
plans as (

    select
        *,
        lag(plan_id) over (partition by viewer_hk order by changed_at) as previous_plan_id
    from known_plans
    where next_known_at is distinct from changed_at

),

moves as (

    select
        *,
        lead(changed_at) over (partition by viewer_hk order by changed_at) as next_changed_at
    from plans
    where plan_id is distinct from previous_plan_id

)

select
    moves.viewer_hk,
    moves.viewer_id,
    moves.previous_plan_id,
    moves.plan_id,
    case
        when moves.previous_plan_id is null then 'first'
        when moves.previous_plan_id = 'free' then 'upgrade'
        when moves.plan_id = 'free' then 'downgrade'
        else 'other'
    end as plan_change,
    moves.next_changed_at is null as is_current,
    calendar.broadcast_date,
    moves.changed_at,
    moves.next_changed_at
from moves
inner join {{ ref('broadcast_calendar') }} as calendar
    on moves.changed_at >= calendar.day_started_at
        and moves.changed_at < calendar.day_ended_at
