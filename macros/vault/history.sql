{#- The changes in a satellite along time: one row per key and stretch over which one of them held.
    Rows that a late delivery has made repeats are left out. CTEs and the query that ends them. -#}
{% macro history(key, change, columns, satellite) -%}
compared as (

    select
        *,
        lag({{ change }}) over (
            partition by {{ key }} order by effective_at, {{ change }}
        ) as previous_change
    from {{ satellite }}

),

stretches as (

    select
        *,
        lead(effective_at) over (
            partition by {{ key }} order by effective_at, {{ change }}
        ) as valid_to_at
    from compared
    where {{ change }} is distinct from previous_change

)

select
    {{ columns | join(',\n    ') }},
    record_source,
    valid_to_at is null as is_current,
    effective_at as valid_from_at,
    valid_to_at,
    load_id
from stretches
{%- endmacro %}
