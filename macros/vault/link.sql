{#- The rows to insert into a link: relations that it does not hold yet, each with its first load. A
    part that is not known is the ghost. -#}
{% macro link(hash_key, columns, sources) %}
with

delivered as (
{% for source in sources %}
    select
        {{ hash_key }},
        {{ columns | join(',\n        ') }},
        record_source,
        min(loaded_at) as loaded_at,
        min(load_id) as load_id
    from {{ source }}
    where {{ in_new_loads('load_id') }}
    group by {{ hash_key }}, {{ columns | join(', ') }}, record_source
    union all
{%- endfor %}
    {{ ghost_record([hash_key] + columns + ['record_source', 'loaded_at', 'load_id']) | indent(4) }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by {{ hash_key }} order by load_id, {{ by_code_point('record_source') }}
        ) as source_rank
    from delivered

)

select
    {{ hash_key }},
    {{ columns | join(',\n    ') }},
    record_source,
    loaded_at,
    load_id
from ranked
where source_rank = 1
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.{{ hash_key }} = ranked.{{ hash_key }}
    )
{% endif %}
{% endmacro %}
