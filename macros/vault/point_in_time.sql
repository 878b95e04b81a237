{#- A point-in-time table: for each key of a hub and each instant (as_of_at), the row of each satellite
    that held then, by what its rows are found by. The ghost stands where none did. -#}
{% macro point_in_time(hash_key, hub, as_of, histories) %}
select
    hub.{{ hash_key }},
    {%- for name in histories %}
    coalesce({{ name }}.{{ hash_key }}, {{ zero_key() }}) as {{ name }}_hk,
    coalesce({{ name }}.change_hash, {{ change_hash([]) }}) as {{ name }}_change_hash,
    {%- endfor %}
    as_of.as_of_at,
    {%- for name in histories %}
    coalesce({{ name }}.valid_from_at, {{ beginning_of_time() }}) as {{ name }}_effective_at
        {{- ',' if not loop.last }}
    {%- endfor %}
from {{ hub }} as hub
cross join {{ as_of }} as as_of
{%- for name, history in histories.items() %}
left join {{ history }} as {{ name }}
    on hub.{{ hash_key }} = {{ name }}.{{ hash_key }}
        and {{ held_at(name, 'as_of.as_of_at') | indent(8) }}
{%- endfor %}
{% endmacro %}
