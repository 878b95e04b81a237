{#- The rows to insert into a satellite: along effective_at, each that tells something else of its key
    than the row before it, whatever the order of delivery. Of what holds at one instant, the last by
    `change` counts. -#}
{% macro changes(key, change, columns, source) %}
{%- set columns = columns + ['record_source', 'effective_at', 'loaded_at', 'load_id'] -%}
with

{{ timeline(key, change, columns, source) }},

compared as (

    select
        *,
        lag({{ change }}) over (
            partition by {{ key }}
            order by effective_at, {{ change }}, is_stored desc, load_id, row_number
        ) as previous_change
    from timeline

)

select
    {{ columns | join(',\n    ') }}
from compared
where not is_stored and {{ change }} is distinct from previous_change
{% endmacro %}
