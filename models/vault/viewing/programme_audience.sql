-- Grain: one row per slot of the schedule with viewing, and consolidation.
-- A viewer is in a consolidation from the first viewing that it counts, and so in every wider one.

{{ config(meta={'days_before': play_back_days()}) }}

with

consolidations as (

    {{ consolidations() | indent(4) }}

),

viewing as (

    select
        *,
        case when is_live then -1 else lag_days end as days_later
    from {{ ref('programme_viewing') }}
    where {{ in_affected_dates('programme_date') }}
        and {{ in_affected_dates('broadcast_date', days_after=play_back_days()) }}

),

viewers as (

    select
        schedule_slot_hk,
        viewer_hk,
        programme_date,
        max(weight) as weight,
        min(days_later) as days_to_view,
        min(case when reach_seconds >= 60 * {{ var('reach_minutes') }} then days_later end)
            as days_to_reach,
        min(case when reach_seconds >= 60 then days_later end) as days_to_1min,
        min(case when reach_seconds >= 180 then days_later end) as days_to_3min,
        min(case when reach_seconds >= 300 then days_later end) as days_to_5min,
        min(case when reach_seconds >= 900 then days_later end) as days_to_15min,
        min(case when is_at_start then days_later end) as days_to_start,
        min(case when is_at_end then days_later end) as days_to_end
    from viewing
    group by schedule_slot_hk, viewer_hk, programme_date

),

counted_viewers as (

    select
        viewers.*,
        consolidations.consolidation,
        consolidations.within_days
    from viewers
    inner join consolidations on viewers.days_to_view <= consolidations.within_days

),

audiences as (

    select
        schedule_slot_hk,
        programme_date,
        consolidation,
        count(*) as viewers,
        sum(weight) as viewers_weighted,
        sum(case when days_to_reach <= within_days then weight else 0 end) as reach,
        sum(case when days_to_1min <= within_days then weight else 0 end) as reach_1min,
        sum(case when days_to_3min <= within_days then weight else 0 end) as reach_3min,
        sum(case when days_to_5min <= within_days then weight else 0 end) as reach_5min,
        sum(case when days_to_15min <= within_days then weight else 0 end) as reach_15min,
        sum(case when days_to_start <= within_days then weight else 0 end) as audience_at_start,
        sum(case when days_to_end <= within_days then weight else 0 end) as audience_at_end
    from counted_viewers
    group by schedule_slot_hk, programme_date, consolidation

),

minutes as (

    select
        minutes.schedule_slot_hk,
        consolidations.consolidation,
        minutes.minute_started_at,
        sum(minutes.viewing_seconds) as viewing_seconds
    from {{ ref('programme_minute') }} as minutes
    inner join consolidations
        on case when minutes.is_live then -1 else minutes.lag_days end <= consolidations.within_days
    where {{ in_affected_dates('minutes.programme_date') }}
        and {{ in_affected_dates('minutes.broadcast_date', days_after=play_back_days()) }}
    group by
        minutes.schedule_slot_hk, consolidations.consolidation, minutes.minute_started_at

),

-- The first and the last minute of a slot may be a part of a minute.
minute_audiences as (

    select
        minutes.*,
        cast(minutes.viewing_seconds as {{ type_double() }})
        / cast({{ seconds_between(
            'greatest(minutes.minute_started_at, slots.started_at)',
            'least(' ~ add_seconds('minutes.minute_started_at', 60) ~ ', slots.ended_at)'
        ) }} as {{ type_double() }}) as audience
    from minutes
    inner join {{ ref('schedule_slot') }} as slots
        on minutes.schedule_slot_hk = slots.schedule_slot_hk

),

ranked_minutes as (

    select
        *,
        sum(viewing_seconds) over (
            partition by schedule_slot_hk, consolidation
        ) as programme_viewing_seconds,
        row_number() over (
            partition by schedule_slot_hk, consolidation
            order by audience desc, minute_started_at asc
        ) as audience_rank
    from minute_audiences

)

select
    audiences.schedule_slot_hk,
    audiences.consolidation,
    cast(coalesce(peaks.programme_viewing_seconds, 0) as decimal(38, 12)) as viewing_seconds,
    audiences.viewers,
    cast(audiences.viewers_weighted as {{ type_double() }}) as viewers_weighted,
    cast(audiences.reach as {{ type_double() }}) as reach,
    cast(audiences.reach_1min as {{ type_double() }}) as reach_1min,
    cast(audiences.reach_3min as {{ type_double() }}) as reach_3min,
    cast(audiences.reach_5min as {{ type_double() }}) as reach_5min,
    cast(audiences.reach_15min as {{ type_double() }}) as reach_15min,
    cast(audiences.audience_at_start as {{ type_double() }}) as audience_at_start,
    cast(audiences.audience_at_end as {{ type_double() }}) as audience_at_end,
    coalesce(peaks.audience, 0) as peak_audience,
    audiences.programme_date as broadcast_date,
    peaks.minute_started_at as peak_minute_at
from audiences
left join ranked_minutes as peaks
    on audiences.schedule_slot_hk = peaks.schedule_slot_hk
        and audiences.consolidation = peaks.consolidation
        and peaks.audience_rank = 1
