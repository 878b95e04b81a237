{{ config(meta={'dagster': {'ref': {'name': 'target_membership'}}}) }}

with

followed as (

    select
        targets.partition_name,
        membership.viewer_hk,
        membership.target,
        membership.first_date,
        membership.last_date,
        lead(membership.first_date) over (
            partition by targets.partition_name, membership.viewer_hk
            order by membership.first_date, membership.last_date
        ) as next_first_date
    from {{ ref('target_membership') }} as membership
    inner join {{ ref('targets') }} as targets on membership.target = targets.target
    where targets.partition_name is not null

)

select * from followed
where next_first_date <= last_date
