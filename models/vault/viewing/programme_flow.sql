-- Grain: one row per slot of the schedule, direction and channel that its live viewers came from or
-- went to; the ghost's channel where they viewed none.
-- They came from the channel viewed last within var audience_flow_minutes before the start, and
-- went to the first within as long after the end. Ties go to the later start, then the channel id.

{{ config(meta={'days_before': 2, 'days_after': 1}) }}

{% set reach_seconds = 60 * var('audience_flow_minutes') %}

with

viewers as (

    select
        viewing.schedule_slot_hk,
        viewing.viewer_hk,
        viewing.programme_date,
        max(viewing.weight) as weight
    from {{ ref('programme_viewing') }} as viewing
    where viewing.is_live
        and {{ in_affected_dates('viewing.programme_date') }}
        and {{ in_affected_dates('viewing.broadcast_date', days_after=2) }}
    group by viewing.schedule_slot_hk, viewing.viewer_hk, viewing.programme_date

),

borders as (

    select
        viewers.*,
        'from' as direction,
        slots.started_at as border_at
    from viewers
    inner join {{ ref('schedule_slot') }} as slots
        on viewers.schedule_slot_hk = slots.schedule_slot_hk
    union all
    select
        viewers.*,
        'to' as direction,
        slots.ended_at as border_at
    from viewers
    inner join {{ ref('schedule_slot') }} as slots
        on viewers.schedule_slot_hk = slots.schedule_slot_hk

),

stays as (

    select
        viewer_hk,
        channel_hk,
        started_at,
        ended_at,
        {{ add_seconds('started_at', -reach_seconds) }} as near_from_at,
        {{ add_seconds('ended_at', reach_seconds) }} as near_to_at
    from {{ ref('viewing_interval') }}
    where platform = 'tv'
        and {{ in_affected_dates('broadcast_date', days_before=1, days_after=3) }}

),

-- Stays meet borders by the hour, so that an engine can hash rather than compare each with each.
stay_hours as (

    select
        *,
        {{ series("date_trunc('hour', near_from_at)", 'near_to_at', 3600) }} as hour_started_at
    from stays

),

neighbours as (

    select
        borders.schedule_slot_hk,
        borders.viewer_hk,
        borders.direction,
        stays.channel_hk,
        row_number() over (
            partition by borders.schedule_slot_hk, borders.viewer_hk, borders.direction
            order by
                case
                    when borders.direction = 'from'
                        then least(stays.ended_at, borders.border_at)
                end desc,
                case
                    when borders.direction = 'to'
                        then greatest(stays.started_at, borders.border_at)
                end,
                stays.started_at desc,
                {{ by_code_point('hub_channel.channel_id') }}
        ) as nearness_rank
    from borders
    inner join stay_hours as stays
        on borders.viewer_hk = stays.viewer_hk
            and date_trunc('hour', borders.border_at) = stays.hour_started_at
    inner join {{ ref('hub_channel') }} as hub_channel on stays.channel_hk = hub_channel.channel_hk
    where (
        borders.direction = 'from'
        and stays.started_at < borders.border_at
        and stays.near_to_at >= borders.border_at
    )
    or (
        borders.direction = 'to'
        and stays.ended_at > borders.border_at
        and stays.near_from_at <= borders.border_at
    )

)

select
    borders.schedule_slot_hk,
    coalesce(neighbours.channel_hk, {{ zero_key() }}) as flow_channel_hk,
    borders.direction,
    count(*) as viewers,
    cast(sum(borders.weight) as {{ type_double() }}) as viewers_weighted,
    borders.programme_date as broadcast_date
from borders
left join neighbours
    on borders.schedule_slot_hk = neighbours.schedule_slot_hk
        and borders.viewer_hk = neighbours.viewer_hk
        and borders.direction = neighbours.direction
        and neighbours.nearness_rank = 1
group by
    borders.schedule_slot_hk,
    coalesce(neighbours.channel_hk, {{ zero_key() }}),
    borders.direction,
    borders.programme_date
