{#- A feed of reference data in delivered_rows: each staged row, held where the history of its satellite
    says the same at its time, the histories of `relations` have its partner then, those of `facets` what else
    the row says, staged apart, and the hubs and links in `parents` have its keys. -#}
{% macro delivered_changes(hash_key, staged, history, parents, relations={}, facets={}) %}
select
    delivered.record_source as feed,
    {{ change_row_key(hash_key, 'delivered', 'effective_at') }} as row_hk,
    exists (
        select 1 from {{ history }} as stored
        where stored.{{ hash_key }} = delivered.{{ hash_key }}
            and stored.change_hash = delivered.change_hash
            and stored.valid_from_at <= delivered.effective_at
            and coalesce(stored.valid_to_at >= delivered.effective_at, true)
    )
    {%- for partner_key, relation in relations.items() %}
    and {{ has_partner(hash_key, partner_key, relation) }}
    {%- endfor %}
    {%- for key, (staged_facet, facet_history) in facets.items() %}
    and exists (
        select 1 from {{ staged_facet }} as facet
        inner join {{ facet_history }} as stored
            on facet.{{ key }} = stored.{{ key }}
                and facet.change_hash = stored.change_hash
                and facet.effective_at >= stored.valid_from_at
                and coalesce(facet.effective_at <= stored.valid_to_at, true)
        where facet.load_id = delivered.load_id and facet.row_number = delivered.row_number
    )
    {%- endfor %}
    {%- for key in parents %}
    and parent_{{ loop.index }}.{{ key }} is not null
    {%- endfor %} as is_held,
    exists (
        select 1 from {{ history }} as stored
        where stored.{{ hash_key }} = delivered.{{ hash_key }}
            and stored.change_hash = delivered.change_hash
            and stored.valid_from_at = delivered.effective_at
            and stored.load_id = delivered.load_id
    ) as is_first,
    delivered.{{ hash_key }} <> {{ zero_key() }} as has_key,
    delivered.load_id,
    delivered.row_number
from {{ staged }} as delivered
{%- for key, parent in parents.items() %}
left join {{ parent }} as parent_{{ loop.index }}
    on delivered.{{ key }} = parent_{{ loop.index }}.{{ key }}
{%- endfor %}
{% endmacro %}
