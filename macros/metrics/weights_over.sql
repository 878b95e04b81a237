{#- Each viewer's weight over a period, `week` or `month`: CTEs that end in `weights`, from a CTE `viewers` with
    viewer_hk and first_date. The mean of its daily weights over the dates of the period from which on it is
    known, 1 on those without a profile. -#}
{% macro weights_over(period) -%}
{%- set dates_held = datediff(
    'greatest(profiles.first_date, periods.first_date)',
    'least(profiles.last_date, periods.last_date)',
    'day'
) ~ ' + 1' -%}
{%- set dates_known = datediff('periods.known_from', 'periods.last_date', 'day') ~ ' + 1' -%}
periods as (

    select distinct
        viewers.viewer_hk,
        viewers.first_date,
        {{ last_date_of(period, 'viewers.first_date') }} as last_date,
        greatest(known_viewer.first_date, viewers.first_date) as known_from
    from viewers
    inner join {{ ref('known_viewer') }} as known_viewer
        on viewers.viewer_hk = known_viewer.viewer_hk

),

weights as (

    select
        periods.viewer_hk,
        periods.first_date,
        1
        + cast(
            coalesce(sum((profiles.weight - 1) * ({{ dates_held }})), 0) as {{ type_double() }}
        ) / ({{ dates_known }}) as weight
    from periods
    left join {{ ref('viewer_profile_span') }} as profiles
        on periods.viewer_hk = profiles.viewer_hk
            and periods.first_date <= profiles.last_date
            and periods.last_date >= profiles.first_date
    group by periods.viewer_hk, periods.first_date, periods.last_date, periods.known_from

)
{%- endmacro %}
