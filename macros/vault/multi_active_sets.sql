{#- What a multi-active satellite's key had at each instant, beside the set before it: CTEs `members` and
    `compared`. Of several rows of one child key at one instant, the one with the higher change hash is the
    member; of equal ones, the first by `order`. -#}
{% macro multi_active_sets(key, child_keys, rows, order) -%}
{%- set parts = [] -%}
{%- for column in child_keys + ['change_hash'] -%}
    {%- do parts.append('cast(' ~ column ~ ' as ' ~ type_string() ~ ')') -%}
{%- endfor -%}
ranked as (

    select
        *,
        {{ hash_key(parts) }} as member_hk,
        row_number() over (
            partition by {{ ([key, 'effective_at'] + child_keys) | join(', ') }}
            order by change_hash desc, {{ order }}
        ) as place
    from {{ rows }}

),

members as (

    select * from ranked
    where place = 1

),

sets as (

    select
        {{ key }},
        effective_at,
        {{ hash_text(joined_in_order('member_hk')) }} as set_hash
    from members
    group by {{ key }}, effective_at

),

compared as (

    select
        *,
        lag(set_hash) over (partition by {{ key }} order by effective_at) as previous_set_hash
    from sets

)
{%- endmacro %}
