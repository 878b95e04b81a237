{{ config(meta={'dagster': {'ref': {'name': 'viewing_interval'}}}) }}

with

followed as (

    select
        viewer_hk,
        started_at,
        ended_at,
        lead(started_at) over (
            partition by {{ stays_that_compete() }} order by started_at
        ) as next_started_at
    from {{ rows_to_test(ref('viewing_interval')) }} as viewing_interval
    where platform = 'tv'

)

select * from followed
where ended_at > next_started_at
