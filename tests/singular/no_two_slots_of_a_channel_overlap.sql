{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'schedule_slot'}}}) }}
-- No slot begins before the one before it on its channel has ended. Both count as shown: most
-- likely a drop of the schedule moved its first slot and didn't name the slot before it.

with

followed as (

    select
        channel_hk,
        programme_hk,
        started_at,
        ended_at,
        lead(started_at) over (
            partition by channel_hk order by started_at, ended_at
        ) as next_started_at
    from {{ ref('schedule_slot') }}

)

select * from followed
where next_started_at < ended_at
