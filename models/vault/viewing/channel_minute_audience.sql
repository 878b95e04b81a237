-- Grain: one row per clock minute and channel with viewing.
-- A minute counts for the channel that viewing_minutes gives it to; where var minute_attribution is
-- `exact` it does for every channel, by the seconds viewed of it.

{% set ends_at = add_seconds('ended_at', -0.000001) %}

with

{% if var('minute_attribution') == 'exact' -%}
stays as (

    select
        *,
        {{ series("date_trunc('minute', started_at)", "date_trunc('minute', " ~ ends_at ~ ")", 60) }}
            as minute_started_at
    from {{ ref('viewing_interval') }}
    where platform = 'tv' and {{ in_affected_dates('broadcast_date') }}

),

minutes as (

    select
        viewer_hk,
        channel_hk,
        broadcast_date,
        minute_started_at,
        cast(
            {{ seconds_between(
                'greatest(started_at, minute_started_at)',
                'least(ended_at, ' ~ add_seconds('minute_started_at', 60) ~ ')'
            ) }} as decimal(19, 6)
        ) as credited_seconds
    from stays

)
{%- else -%}
minutes as (

    select
        *,
        60 as credited_seconds
    from {{ ref('viewing_minutes') }}
    where {{ in_affected_dates('broadcast_date') }}

)
{%- endif %}

select
    minutes.channel_hk,
    cast(sum(weights.weight * minutes.credited_seconds) as {{ type_double() }}) / 60
        as average_audience,
    minutes.broadcast_date,
    minutes.minute_started_at
from minutes
inner join {{ ref('viewer_channel_daily') }} as weights
    on minutes.broadcast_date = weights.broadcast_date
        and minutes.channel_hk = weights.channel_hk
        and minutes.viewer_hk = weights.viewer_hk
where {{ in_affected_dates('weights.broadcast_date') }}
group by minutes.broadcast_date, minutes.channel_hk, minutes.minute_started_at
