{#- The ghost of a hub, link or satellite with these columns, as a query of one row: what rows without
    a key belong to, and what stands for what isn't known. Hash keys are the zero key, attributes null. -#}
{% macro ghost_record(columns) -%}
    {%- set known = {
        'change_hash': change_hash([]),
        'record_source': "'ghost'",
        'effective_at': beginning_of_time(),
        'loaded_at': beginning_of_time(),
        'load_id': 0,
        'row_number': 0,
        'is_stored': 'false',
        'is_deleted': 'false',
    } -%}
select
    {%- for column in columns %}
    {{ known.get(column, zero_key() if column.endswith('_hk') else null_of(column)) }} as {{ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
