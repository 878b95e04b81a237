{#- Whether an effectivity history has, at the time of a delivered row, the partner that it names. The ghost
    has none. -#}
{% macro has_partner(driving_key, partner_key, history) -%}
    (delivered.{{ driving_key }} = {{ zero_key() }} or exists (
        select 1 from {{ history }} as stored
        where stored.{{ driving_key }} = delivered.{{ driving_key }}
            and stored.{{ partner_key }} = delivered.{{ partner_key }}
            and stored.valid_from_at <= delivered.effective_at
            and coalesce(stored.valid_to_at >= delivered.effective_at, true)
    ))
{%- endmacro %}
