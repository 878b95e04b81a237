{#- For affected_dates: the feed, load, first and last date on which each programme and channel may have been
    viewed whose details a new load changed, its genre perhaps. Nobody viewed before what the load is the
    first to name. -#}
{% macro genre_days() %}
{%- set programme = ('programme_hk', ref('hub_programme'), ref('sat_programme_details')) -%}
{%- set channel = ('channel_hk', ref('hub_channel'), ref('sat_channel_details')) -%}
{%- for (key, hub, satellite), viewing, date in (
    (programme, ref('link_stb_event'), 'event_date'),
    (channel, ref('link_stb_event'), 'event_date'),
    (channel, ref('tv_session_span'), 'broadcast_date'),
) %}
select
    changes.record_source as feed,
    changes.load_id,
    viewing.{{ date }} - 1 as first_date,
    viewing.{{ date }} + 1 as last_date
from {{ viewing }} as viewing
inner join {{ satellite }} as changes on viewing.{{ key }} = changes.{{ key }}
inner join {{ hub }} as named on changes.{{ key }} = named.{{ key }}
where {{ in_new_loads('changes.load_id') }}
    and changes.load_id > named.load_id and named.load_id > 0
group by changes.record_source, changes.load_id, viewing.{{ date }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}
