{#- The stretches of time that each delivery from the first new one on tells the whole of: CTEs that end in
    `stretches`. One ends where its scope has no row for as long as the shortest day lasts: of a day that
    it passes over, a delivery says nothing. What a new drop has completed is of that drop's load. -#}
{% macro told_stretches(scoped, first_new) -%}
{%- set shortest_day_seconds = 23 * 3600 -%}
reached as (

    select
        delivered.*,
        max(delivered.until_at) over (
            partition by delivered.scope, delivered.effective_at
            order by delivered.from_at
            rows between unbounded preceding and 1 preceding
        ) as told_until
    from {{ scoped }} as delivered
    inner join {{ first_new }} as first_new
        on delivered.scope = first_new.scope
            and delivered.effective_at >= first_new.effective_at

),

stretched as (

    select
        *,
        sum(
            case
                when {{ add_seconds('told_until', shortest_day_seconds) }} > from_at then 0 else 1
            end
        ) over (
            partition by scope, effective_at
            order by from_at
            range unbounded preceding
        ) as stretch
    from reached

),

stretches as (

    select
        scope,
        effective_at,
        min(from_at) as from_at,
        max(until_at) as until_at,
        min({{ by_code_point('record_source') }}) as record_source,
        coalesce(min(case when is_new then loaded_at end), min(loaded_at)) as loaded_at,
        coalesce(min(case when is_new then load_id end), min(load_id)) as load_id
    from stretched
    group by scope, effective_at, stretch

)
{%- endmacro %}
