{#- When the market's wall clock first reaches a reading: CTEs that end in `first_instants`, the columns
    and the instant `reached_at`, from a CTE with the columns and `reading`. Found among the minutes
    between the two instants that the offsets in force a day before and a day after would give. -#}
{% macro first_instants(readings, columns) %}
{%- set zone = var('market_timezone') -%}
{%- set a_day = 86400 -%}
readings_around as (

    select
        *,
        {{ add_seconds('reading', -a_day) }} as day_before,
        {{ add_seconds('reading', a_day) }} as day_after
    from {{ readings }}

),

bounds as (

    select
        *,
        reading - ({{ wall_clock('day_before', zone) }} - day_before) as by_offset_before,
        reading - ({{ wall_clock('day_after', zone) }} - day_after) as by_offset_after
    from readings_around

),

candidates as (

    select
        {{ columns | join(',\n        ') }},
        reading,
        {{ series(
            'least(by_offset_before, by_offset_after)',
            'greatest(by_offset_before, by_offset_after)',
            60
        ) }} as candidate_at
    from bounds

),

first_instants as (

    select
        {{ columns | join(',\n        ') }},
        min(candidate_at) as reached_at
    from candidates
    where {{ wall_clock('candidate_at', zone) }} >= reading
    group by {{ columns | join(', ') }}

)
{%- endmacro %}
