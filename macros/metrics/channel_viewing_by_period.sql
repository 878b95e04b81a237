{#- Viewing, viewers and reach of channels over a period, `week` or `month`, by its first date (broadcast_date).
    Who viewed on several dates is one viewer; its weight is the mean of those of its profiles over the dates
    of the period that have one, 1 where none has. -#}
{% macro channel_viewing_by_period(period) -%}
{%- set dates_held = datediff(
    'greatest(profiles.first_date, periods.first_date)',
    'least(profiles.last_date, periods.last_date)',
    'day'
) ~ ' + 1' -%}
with

viewers as (

    select
        viewer_hk,
        channel_hk,
        sum(weight * viewing_seconds) as weighted_seconds,
        max(reach_seconds) as reach_seconds,
        cast(date_trunc('{{ period }}', broadcast_date) as date) as first_date
    from {{ ref('viewer_channel_daily') }}
    where {{ in_affected_dates('broadcast_date') }}
    group by cast(date_trunc('{{ period }}', broadcast_date) as date), channel_hk, viewer_hk

),

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

),

weighted_viewers as (

    select
        viewers.*,
        coalesce({{ rounded('weights.weight', 6) }}, 1) as weight
    from viewers
    inner join weights
        on viewers.viewer_hk = weights.viewer_hk and viewers.first_date = weights.first_date

)

select
    channel_hk,
    {{ viewer_totals('weighted_seconds') }},
    first_date as broadcast_date
from weighted_viewers
group by first_date, channel_hk
{%- endmacro %}
