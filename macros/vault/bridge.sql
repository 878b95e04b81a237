{#- A bridge: for each key of a hub and each instant (as_of_at), the relations that held then, from
    link to link. A step is the history of an effectivity satellite, the hash key of its link, and the one that
    the step reaches. -#}
{% macro bridge(hash_key, hub, as_of, steps) %}
{%- set reached = namespace(table='hub', key=hash_key) -%}
select
    hub.{{ hash_key }},
    {%- for _, link_key, reached_key in steps %}
    step_{{ loop.index }}.{{ link_key }},
    step_{{ loop.index }}.{{ reached_key }},
    {%- endfor %}
    as_of.as_of_at
from {{ hub }} as hub
cross join {{ as_of }} as as_of
{%- for history, link_key, reached_key in steps %}
{%- set step = 'step_' ~ loop.index %}
inner join {{ history }} as {{ step }}
    on {{ reached.table }}.{{ reached.key }} = {{ step }}.{{ reached.key }}
        and {{ step }}.{{ reached_key }} <> {{ zero_key() }}
        and {{ held_at(step, 'as_of.as_of_at') | indent(8) }}
{%- set reached.table = step %}
{%- set reached.key = reached_key %}
{%- endfor %}
where hub.{{ hash_key }} <> {{ zero_key() }}
{% endmacro %}
