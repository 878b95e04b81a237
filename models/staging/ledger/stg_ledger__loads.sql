-- Grain: one row per load of a drop.

with

loads as (

    select * from {{ source('raw', 'loads') }}

)

select
    feed,
    url,
    state,
    rows_read,
    rows_loaded,
    rows_quarantined,
    load_id
from loads
where state = 'loaded'
