{#- What a satellite's source says, along time, of the keys in new loads: CTEs that end in `timeline`.
    Its rows are those of new loads, those that the satellite holds (is_stored; of these only key, change
    and effective_at), and those of earlier loads which a late row may re-instate: they were repeats when
    they came, so only raw has them. -#}
{% macro timeline(key, change, columns, source) -%}
{%- set told = columns + ['row_number'] -%}
delivered as (

    select
        {{ told | join(',\n        ') }},
        false as is_stored
    from {{ source }}
    where {{ in_new_loads('load_id') }}

),
{% if is_incremental() %}
stored as (

    select {{ key }}, {{ change }}, effective_at from {{ this }}
    where {{ key }} in (select delivered.{{ key }} from delivered)

),

not_stored as (

    select {{ key }}, effective_at from delivered
    where not exists (
        select 1 from stored
        where stored.{{ key }} = delivered.{{ key }}
            and stored.{{ change }} = delivered.{{ change }}
            and stored.effective_at = delivered.effective_at
    )

),
{% endif %}
timeline as (

    select * from delivered
    union all
    {%- if is_incremental() %}
    select
        {{ told | join(',\n        ') }},
        false as is_stored
    from {{ source }}
    where {{ in_earlier_loads('load_id') }}
        and effective_at >= (select min(not_stored.effective_at) from not_stored)
        and {{ key }} in (select not_stored.{{ key }} from not_stored)
    union all
    select
        {%- for column in told %}
        {{ (column if column in (key, change, 'effective_at') else null_of(column) ~ ' as ' ~ column) }},
        {%- endfor %}
        true as is_stored
    from stored
    {%- else %}
    {{ ghost_record(told + ['is_stored']) | indent(4) }}
    {%- endif %}

)
{%- endmacro %}
