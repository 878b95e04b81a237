{#- The rows to insert into a satellite: along effective_at, each that tells something else of its key
    than the row before it, whatever the order of delivery. Of what holds at one instant, the last by
    `change` counts. Few rows of many keys are sorted faster as a whole than key by key. -#}
{% macro changes(key, change, columns, source) %}
{%- set columns = columns + ['record_source', 'effective_at', 'loaded_at', 'load_id'] -%}
with

{{ timeline(key, change, columns, source) }},

compared as (

    select
        *,
        lag({{ key }}) over along_time as previous_key,
        lag({{ change }}) over along_time as previous_change
    from timeline
    window along_time as (
        {{ 'order by ' ~ key ~ ',' if is_incremental() else 'partition by ' ~ key ~ ' order by' }}
        effective_at, {{ change }}, is_stored desc, load_id, row_number
    )

)

select
    {{ columns | join(',\n    ') }}
from compared
where not is_stored
    and ({{ key }} is distinct from previous_key or {{ change }} is distinct from previous_change)
{% endmacro %}
