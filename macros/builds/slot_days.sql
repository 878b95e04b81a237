{#- For affected_dates: the feed, load, first and last date on which each slot can be seen that a new load
    brought, changed or left out: its own and those after on which it may be played back. A broadcast
    date begins within a day of its name in UTC, in any time zone. -#}
{% macro slot_days() %}
{%- for satellite in (ref('sat_schedule_slot_presence'), ref('sat_schedule_slot_details')) %}
select
    changes.record_source as feed,
    changes.load_id,
    cast(slots.started_at as date) - 1 as first_date,
    cast(slots.started_at as date) + {{ play_back_days() + 1 }} as last_date
from {{ satellite }} as changes
inner join {{ ref('link_schedule_slot') }} as slots
    on changes.schedule_slot_hk = slots.schedule_slot_hk
where {{ in_new_loads('changes.load_id') }} and changes.load_id > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
