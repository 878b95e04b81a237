{{ config(meta={'dagster': {'ref': {'name': 'audience_flow'}}}) }}

with

flows as (

    select
        schedule_slot_hk,
        sum(case when direction = 'from' then viewers else 0 end) as viewers_from,
        sum(case when direction = 'to' then viewers else 0 end) as viewers_to
    from {{ ref('audience_flow') }}
    group by schedule_slot_hk

)

select
    programmes.schedule_slot_hk,
    programmes.viewers,
    flows.viewers_from,
    flows.viewers_to
from {{ rows_to_test(ref('programme_ratings')) }} as programmes
left join flows on programmes.schedule_slot_hk = flows.schedule_slot_hk
where programmes.consolidation = 'live'
    and (
        programmes.viewers <> coalesce(flows.viewers_from, 0)
        or programmes.viewers <> coalesce(flows.viewers_to, 0)
    )
