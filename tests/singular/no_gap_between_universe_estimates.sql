{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'universe_estimates'}}}) }}

with

followed as (

    select
        target,
        valid_to,
        lead(valid_from) over (partition by target order by valid_from) as next_valid_from
    from {{ ref('universe_estimates') }}

)

select
    target,
    valid_to + 1 as first_date_without,
    next_valid_from - 1 as last_date_without
from followed
where next_valid_from > valid_to + 1
