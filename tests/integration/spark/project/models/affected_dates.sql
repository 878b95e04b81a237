-- Grain: one row per load and date on which it is delivered events, new or repeated.

select distinct
    load_id,
    event_date as broadcast_date
from {{ ref('stg_events') }}
where {{ in_new_loads('load_id') }}
