{#- A feed of events in delivered_rows: each staged row, held where the event link has the event, the
    hubs and links in `parents` have its keys, the event links in `kinds` have it too where it is of their
    kind, the histories of `relations` have its viewer's partner then, and what is kept of viewers and spellings
    covers it. A row without a viewer, and a channel that isn't named, belong to the ghost. -#}
{% macro delivered_events(
    hash_key, staged, event_link, parents,
    kinds={}, relations={}, at='event_at', activity=none, spelling=none
) %}
select
    delivered.record_source as feed,
    delivered.{{ hash_key }} as row_hk,
    stored.{{ hash_key }} is not null
    {%- for key in parents %}
    and parent_{{ loop.index }}.{{ key }} is not null
    {%- endfor %}
    {%- for key in kinds %}
    and (delivered.{{ key }} = {{ zero_key() }} or kind_{{ loop.index }}.{{ key }} is not null)
    {%- endfor %}
    {%- for partner_key, relation in relations.items() %}
    and {{ has_partner('viewer_hk', partner_key, relation) }}
    {%- endfor %}
    {%- if activity %}
    and coalesce(
        delivered.{{ at }} between activity.first_event_at and activity.last_event_at,
        delivered.viewer_hk = {{ zero_key() }}
    )
    {%- endif %}
    {%- if spelling %}
    and coalesce(
        spelling.last_used_at >= delivered.{{ at }}, delivered.channel_hk = {{ zero_key() }}
    )
    {%- endif %} as is_held,
    coalesce(stored.load_id = delivered.load_id, false) as is_first,
    delivered.{{ parents.keys() | first }} <> {{ zero_key() }} as has_key,
    delivered.load_id,
    delivered.row_number
from {{ staged }} as delivered
left join {{ event_link }} as stored
    on delivered.{{ hash_key }} = stored.{{ hash_key }}
        and delivered.event_date = stored.event_date
{%- for key, parent in parents.items() %}
left join {{ parent }} as parent_{{ loop.index }}
    on delivered.{{ key }} = parent_{{ loop.index }}.{{ key }}
{%- endfor %}
{%- for key, kind in kinds.items() %}
left join {{ kind }} as kind_{{ loop.index }}
    on delivered.{{ key }} = kind_{{ loop.index }}.{{ key }}
        and delivered.event_date = kind_{{ loop.index }}.event_date
{%- endfor %}
{%- if activity %}
left join {{ activity }} as activity on delivered.viewer_hk = activity.viewer_hk
{%- endif %}
{%- if spelling %}
left join {{ spelling }} as spelling
    on delivered.channel_hk = spelling.channel_hk
        and delivered.channel_name = spelling.channel_name
{%- endif %}
{% endmacro %}
