{#- Viewing, viewers and reach of channels over a period, `week` or `month`, by its first date (broadcast_date).
    Who viewed on several dates is one viewer. -#}
{% macro channel_viewing_by_period(period) -%}
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

{{ weights_over(period) }},

weighted_viewers as (

    select
        viewers.*,
        {{ rounded('weights.weight', 6) }} as weight
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
