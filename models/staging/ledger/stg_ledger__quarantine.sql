-- Grain: one row per row that the loader set aside.

with

quarantine as (

    select * from {{ source('raw', 'quarantine') }}

)

select
    feed,
    load_id,
    row_number
from quarantine
