{#- For affected_dates: the feed, load, first and last date on which each programme and channel may have been
    viewed whose details a new load changed, its genre perhaps. -#}
{% macro genre_days() %}
{%- for key, satellite, viewing, date in (
    ('programme_hk', ref('sat_programme_details'), ref('link_stb_event'), 'event_date'),
    ('channel_hk', ref('sat_channel_details'), ref('link_stb_event'), 'event_date'),
    ('channel_hk', ref('sat_channel_details'), ref('tv_session_span'), 'broadcast_date'),
) %}
select
    changes.record_source as feed,
    changes.load_id,
    viewing.{{ date }} - 1 as first_date,
    viewing.{{ date }} + 1 as last_date
from {{ viewing }} as viewing
inner join {{ satellite }} as changes on viewing.{{ key }} = changes.{{ key }}
where {{ in_new_loads('changes.load_id') }} and changes.load_id > 0
    and viewing.{{ key }} <> {{ zero_key() }}
group by changes.record_source, changes.load_id, viewing.{{ date }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
