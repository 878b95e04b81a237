{{ config(meta={'dagster': {'ref': {'name': 'programme_ratings'}}}) }}
-- Every audience of a programme stands in the mart, whenever the programme was broadcast.

select
    audience.schedule_slot_hk,
    audience.consolidation
from {{ rows_to_test(ref('programme_audience')) }} as audience
left join {{ ref('programme_ratings') }} as programmes
    on audience.schedule_slot_hk = programmes.schedule_slot_hk
        and audience.consolidation = programmes.consolidation
where programmes.schedule_slot_hk is null
