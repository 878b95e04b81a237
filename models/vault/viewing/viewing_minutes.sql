-- Grain: one row per viewer and clock minute that is attributed to a channel and programme.
-- A minute that one stay fills is its own; only the minutes at a stay's ends are contested, and
-- var minute_attribution decides those: to the channel viewed last, or longest. Under `exact` the
-- table is empty: seconds only. Under overlap_rule device two stays may fill a minute, so that all
-- are contested: a viewer's minute has one channel all the same.

{% set contests_all = var('overlap_rule') == 'device' %}
{% set piece_ends_at = 'least(ended_at, ' ~ add_seconds('minute_started_at', 60) ~ ')' %}

with

stays as (

    select
        *,
        date_trunc('minute', started_at) as first_minute_at,
        date_trunc('minute', {{ add_seconds('ended_at', -0.000001) }}) as last_minute_at
    from {{ ref('viewing_interval') }}
    where {{ in_affected_dates('broadcast_date') }}
        and channel_hk <> {{ zero_key() }}
        and '{{ var("minute_attribution") }}' <> 'exact'

),

filled_spans as (

    select
        *,
        case
            when started_at = first_minute_at then first_minute_at
            else {{ add_seconds('first_minute_at', 60) }}
        end as first_filled_at,
        case
            when ended_at = {{ add_seconds('last_minute_at', 60) }} then last_minute_at
            else {{ add_seconds('last_minute_at', -60) }}
        end as last_filled_at
    from stays

),

filled_minutes as (

    select
        viewer_hk,
        channel_hk,
        programme_hk,
        broadcast_date,
        {{ series('first_filled_at', 'last_filled_at', 60) }} as minute_started_at
    from filled_spans
    where first_filled_at <= last_filled_at and not {{ contests_all | lower }}

),

contested_stays as (

    {% if contests_all -%}
    select
        *,
        {{ series('first_minute_at', 'last_minute_at', 60) }} as minute_started_at
    from stays
    {%- else -%}
    select
        *,
        first_minute_at as minute_started_at
    from stays
    where started_at > first_minute_at or ended_at < {{ add_seconds('first_minute_at', 60) }}
    union all
    select
        *,
        last_minute_at as minute_started_at
    from stays
    where last_minute_at > first_minute_at and ended_at < {{ add_seconds('last_minute_at', 60) }}
    {%- endif %}

),

channels as (

    {{ channel_ranks() | indent(4) }}

),

pieces as (

    select
        contested_stays.*,
        channels.channel_rank,
        {{ piece_ends_at }} as piece_ended_at,
        {{ seconds_between('greatest(started_at, minute_started_at)', piece_ends_at) }}
            as piece_seconds
    from contested_stays
    inner join channels on contested_stays.channel_hk = channels.channel_hk

),

contested_minutes as (

    select
        *,
        sum(piece_seconds) over (
            partition by viewer_hk, minute_started_at, channel_hk
        ) as channel_seconds,
        max(piece_ended_at) over (
            partition by viewer_hk, minute_started_at, channel_hk
        ) as channel_ended_at,
        sum(piece_seconds) over (
            partition by viewer_hk, minute_started_at, channel_hk, programme_hk
        ) as programme_seconds
    from pieces

),

ranked_minutes as (

    select
        *,
        row_number() over (
            partition by viewer_hk, minute_started_at
            order by
            {% if var('minute_attribution') == 'longest' %}
                channel_seconds desc,
                channel_ended_at desc,
                channel_rank,
                programme_seconds desc,
            {% endif %}
                piece_ended_at desc,
                started_at desc,
                channel_rank
        ) as attribution_rank
    from contested_minutes

)

select
    viewer_hk,
    channel_hk,
    programme_hk,
    broadcast_date,
    minute_started_at
from filled_minutes
union all
select
    viewer_hk,
    channel_hk,
    programme_hk,
    broadcast_date,
    minute_started_at
from ranked_minutes
where attribution_rank = 1
