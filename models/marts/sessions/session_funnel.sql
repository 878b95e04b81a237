-- Grain: one row per broadcast date, funnel and step of the seed funnel_steps.
-- A session's events are written as a text of the steps that each is, one letter a step; a
-- step is reached where the letters of the steps up to it are in the text in their order. Of
-- an event that is several steps the last comes first, so that it isn't two of them in a row.

with

steps as (

    select
        cast(funnel as {{ type_string() }}) as funnel,
        cast(step as {{ type_string() }}) as step,
        event_type,
        page,
        step_number,
        chr(64 + step_number) as letter
    from {{ ref('funnel_steps') }}

),

patterns as (

    select
        step.funnel,
        step.step_number,
        step.step,
        '%' || {{ text_in_order("earlier.letter || '%'", ['earlier.step_number']) }} as pattern
    from steps as step
    inner join steps as earlier
        on step.funnel = earlier.funnel and step.step_number >= earlier.step_number
    group by step.funnel, step.step_number, step.step

),

events as (

    select
        steps.funnel,
        events.session_hk,
        events.broadcast_date,
        events.event_number,
        events.event_at,
        events.event_hk,
        steps.letter,
        steps.step_number
    from {{ ref('session_event') }} as events
    inner join steps
        on (steps.event_type is null or events.event_type = steps.event_type)
            and (steps.page is null or events.page_id = steps.page)
    where events.event_kind <> 'ping' and {{ in_affected_dates('events.broadcast_date') }}

),

paths as (

    select
        funnel,
        session_hk,
        broadcast_date,
        {{ text_in_order('letter', ['event_at', 'event_number', 'event_hk', '-step_number']) }}
            as steps_taken
    from events
    group by funnel, session_hk, broadcast_date

),

reached as (

    select
        patterns.funnel,
        patterns.step_number,
        patterns.step,
        paths.broadcast_date,
        sum(case when paths.steps_taken like patterns.pattern then 1 else 0 end) as sessions
    from paths
    inner join patterns on paths.funnel = patterns.funnel
    group by patterns.funnel, patterns.step_number, patterns.step, paths.broadcast_date

),

compared as (

    select
        *,
        lag(sessions) over (
            partition by broadcast_date, funnel order by step_number
        ) as sessions_before
    from reached

)

select
    funnel,
    step,
    cast(step_number as integer) as step_number,
    cast(sessions as bigint) as sessions,
    cast(sessions_before - sessions as bigint) as sessions_lost,
    cast(sessions_before - sessions as {{ type_double() }}) / nullif(sessions_before, 0)
        as loss_rate,
    broadcast_date
from compared
