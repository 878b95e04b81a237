-- Grain: one row per slot of the schedule (channel, programme and start) and consolidation.

{{ config(materialized='view', meta={'days_before': play_back_days()}) }}
-- A programme that nobody viewed is a row with zeros: it counts in averages. One from before the
-- first event that was played back has no universe: nobody was known then.

with

consolidations as (

    {{ consolidations() | indent(4) }}

),

days as (

    select * from {{ ref('universe_daily') }}
    where target = 'all'

),

last_day as (

    select max(broadcast_date) as broadcast_date from days

),

programmes as (

    select
        slots.*,
        channel.channel_id,
        channel.channel_name,
        channel.channel_genre,
        channel.broadcaster_name,
        hub_programme.programme_id,
        programme.programme_name,
        programme.programme_genre,
        days.universe_source,
        consolidations.consolidation,
        {{ seconds_between('slots.started_at', 'slots.ended_at') }} as programme_seconds,
        cast(days.universe as {{ type_double() }}) as universe,
        slots.broadcast_date + greatest(consolidations.within_days, 0)
        < last_day.broadcast_date as is_final
    from {{ ref('schedule_slot') }} as slots
    left join days on slots.broadcast_date = days.broadcast_date
    cross join last_day
    cross join consolidations
    inner join {{ ref('channel') }} as channel on slots.channel_hk = channel.channel_hk
    inner join {{ ref('hub_programme') }} as hub_programme
        on slots.programme_hk = hub_programme.programme_hk
    left join {{ ref('programme_history') }} as programme
        on slots.programme_hk = programme.programme_hk and programme.is_current
    where days.broadcast_date is not null
        or slots.schedule_slot_hk in (
            select audience.schedule_slot_hk from {{ ref('programme_audience') }} as audience
        )

),

audiences as (

    select
        programmes.*,
        cast(programmes.programme_seconds as {{ type_double() }}) as seconds,
        cast(coalesce(audience.viewing_seconds, 0) as {{ type_double() }}) as viewing_seconds,
        cast(total.total_viewing_seconds as {{ type_double() }}) as total_viewing_seconds,
        coalesce(audience.viewers, 0) as viewers,
        coalesce(audience.viewers_weighted, 0) as viewers_weighted,
        coalesce(audience.reach, 0) as reach,
        coalesce(audience.reach_1min, 0) as reach_1min,
        coalesce(audience.reach_3min, 0) as reach_3min,
        coalesce(audience.reach_5min, 0) as reach_5min,
        coalesce(audience.reach_15min, 0) as reach_15min,
        coalesce(audience.audience_at_start, 0) as audience_at_start,
        coalesce(audience.audience_at_end, 0) as audience_at_end,
        coalesce(audience.peak_audience, 0) as peak_audience,
        audience.peak_minute_at
    from programmes
    left join {{ ref('programme_audience') }} as audience
        on programmes.schedule_slot_hk = audience.schedule_slot_hk
            and programmes.consolidation = audience.consolidation
    left join {{ ref('slot_total_viewing') }} as total
        on programmes.schedule_slot_hk = total.schedule_slot_hk
            and programmes.consolidation = 'live'

)

select
    schedule_slot_hk,
    channel_hk,
    programme_hk,
    channel_id,
    channel_name,
    channel_genre,
    broadcaster_name,
    programme_id,
    programme_name,
    programme_genre,
    consolidation,
    universe_source,
    viewing_seconds,
    viewing_seconds / seconds as average_audience,
    100 * viewing_seconds / seconds / nullif(universe, 0) as rating_pct,
    100 * viewing_seconds / nullif(total_viewing_seconds, 0) as share_pct,
    viewers,
    viewers_weighted,
    reach,
    reach_1min,
    reach_3min,
    reach_5min,
    reach_15min,
    100 * reach / nullif(universe, 0) as reach_pct,
    viewing_seconds / nullif(viewers_weighted, 0) as average_seconds_per_viewer,
    viewing_seconds / nullif(universe, 0) as average_seconds_per_person,
    audience_at_start,
    audience_at_end,
    peak_audience,
    universe,
    programme_seconds,
    is_final,
    broadcast_date,
    started_at,
    ended_at,
    peak_minute_at
from audiences
