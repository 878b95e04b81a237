{#- Each viewer's weight over a period, `week` or `month`: CTEs that end in `weights`, from a CTE `viewers` with
    viewer_hk and first_date. The mean of the weights of its profiles over the dates of the period that have one;
    null where none has. -#}
{% macro weights_over(period) -%}
{%- set dates_held = datediff(
    'greatest(profiles.first_date, periods.first_date)',
    'least(profiles.last_date, periods.last_date)',
    'day'
) ~ ' + 1' -%}
periods as (

    select distinct
        viewer_hk,
        first_date,
        {{ last_date_of(period, 'first_date') }} as last_date
    from viewers

),

weights as (

    select
        periods.viewer_hk,
        periods.first_date,
        cast(sum(profiles.weight * ({{ dates_held }})) as {{ type_double() }})
        / sum({{ dates_held }}) as weight
    from periods
    left join {{ ref('viewer_profile_span') }} as profiles
        on periods.viewer_hk = profiles.viewer_hk
            and periods.first_date <= profiles.last_date
            and periods.last_date >= profiles.first_date
    group by periods.viewer_hk, periods.first_date

)
{%- endmacro %}
