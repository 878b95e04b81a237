-- Grain: one row per broadcast date with viewing in the vault or in a mart.

{{ config(materialized='view') }}
-- Each total by what it is made of, and by what is made of it. Summed as decimals: a sum of doubles
-- depends on the order of its rows. Dayparts overlap as they like; on dates each instant of which
-- is in equally many, their seconds are that many times those of the date.

{% set length = seconds_between('started_at', 'ended_at') %}
{% set of_all = "device = 'all' and genre = 'all'" %}
{% set weighted = 'weight * cast(viewing_seconds as decimal(19, 6))' %}
{% set totals = [
    ('stays', 'viewer_hk', [
        (ref('stb_stay'), length, 'broadcast_date'),
        (ref('tv_session_stay'), length, 'broadcast_date'),
        (ref('on_demand_stay'), length, 'broadcast_date'),
    ], ref('viewing_interval'), 'viewing_seconds'),
    ('viewer', 'viewer_hk', [
        (ref('viewing_interval'), 'viewing_seconds', 'broadcast_date'),
    ], ref('viewing_duration_daily'), 'viewing_seconds'),
    ('platform', 'platform', [
        (ref('viewing_duration_daily'), weighted, 'broadcast_date'),
    ], ref('average_viewing_duration'),
    "case when target = 'all' and platform <> 'all' and " ~ of_all
        ~ " then viewing_seconds else 0 end"),
    ('seven other ways to slice a total', 'target', [
        (ref('audience_viewing_daily'),
            "case when platform = 'all' and " ~ of_all ~ " then 7 * viewing_seconds else 0 end",
            'broadcast_date'),
    ], ref('average_viewing_duration'),
    "case when platform = 'all' and " ~ of_all ~ " then 0 else viewing_seconds end"),
    ('viewing of a channel', 'channel_hk', [
        (ref('viewing_interval'), "case when platform = 'tv' then viewing_seconds else 0 end",
            'broadcast_date'),
    ], ref('viewer_channel_daily'), 'viewing_seconds'),
    ('channel', 'channel_hk', [
        (ref('viewer_channel_daily'), weighted, 'broadcast_date'),
    ], ref('channel_ratings_daily'), 'viewing_seconds'),
    ('minutes of a channel', 'channel_hk', [
        (ref('viewing_minutes'), '60', 'broadcast_date'),
    ], ref('channel_ratings_daily'), '60 * credited_minutes'),
    ('dayparts of a channel', 'channel_hk', [
        ('covered_days', 'viewing_seconds', 'broadcast_date'),
    ], 'covered_dayparts', 'viewing_seconds / dayparts'),
    ('programme', 'schedule_slot_hk', [
        (ref('programme_viewing'), weighted, 'programme_date'),
    ], ref('programme_ratings'),
    "case when consolidation = 'consolidated_28' then viewing_seconds else 0 end"),
    ('session', 'session_hk', [
        (ref('session_event'), '1 + engaged_seconds', 'broadcast_date'),
    ], ref('sessions'), 'events + engaged_seconds'),
    ('played in a session', 'session_hk', [
        (ref('player_stay'), 'viewing_seconds', 'broadcast_date'),
    ], ref('sessions'), "case when record_source = 'web_events' then seconds_played else 0 end"),
    ('page', 'page_id', [
        (ref('session_event'), "case when event_kind = 'page view' and page_id is not null"
            ~ " then 1 else 0 end", 'broadcast_date'),
    ], ref('page_drop_off'), 'page_views'),
    ('songs', "'songs'", [
        (ref('song_play'), '1 + coalesce(played_seconds, 0)', 'broadcast_date'),
    ], ref('song_plays_hourly'), 'plays + played_seconds'),
    ('listening', "'listening'", [
        (ref('viewing_interval'), "case when platform = 'audio' then viewing_seconds else 0 end",
            'broadcast_date'),
    ], ref('listening_daily'), 'listening_seconds'),
] %}
{% if var('minute_attribution') == 'exact' -%}
    {%- do totals.append((
        'clock minutes of a channel', 'channel_hk', [
            (ref('channel_viewing_daily'), 'viewing_seconds', 'broadcast_date'),
        ], ref('channel_ratings_minute'), '60 * average_audience',
    )) -%}
{%- endif %}

with

covered_days as (

    select * from {{ ref('channel_viewing_daily') }}
    where broadcast_date in (select cover.broadcast_date from {{ ref('daypart_cover') }} as cover)

),

covered_dayparts as (

    select
        ratings.*,
        cover.dayparts
    from {{ ref('channel_ratings_daypart') }} as ratings
    inner join {{ ref('daypart_cover') }} as cover
        on ratings.broadcast_date = cover.broadcast_date

),

counted as (

    {% for total, key, sources, made, seconds_made in totals -%}
    {%- for source, seconds, date in sources + [(made, seconds_made, 'broadcast_date')] -%}
    select
        '{{ total }}' as total,
        cast({{ key }} as {{ type_string() }}) as counted_for,
        {% if loop.last -%}
        0 as seconds_in_vault,
        cast({{ seconds }} as decimal(30, 12)) as seconds_in_marts,
        {%- else -%}
        cast({{ seconds }} as decimal(30, 12)) as seconds_in_vault,
        0 as seconds_in_marts,
        {%- endif %}
        {{ date }} as broadcast_date
    from {{ source }}
    {% if not loop.last %}union all{% endif %}
    {% endfor -%}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

side_by_side as (

    select
        broadcast_date,
        total,
        counted_for,
        sum(seconds_in_vault) as seconds_in_vault,
        sum(seconds_in_marts) as seconds_in_marts
    from counted
    group by broadcast_date, total, counted_for

)

select
    cast(
        sum(case when total = 'viewer' then seconds_in_vault else 0 end) as {{ type_double() }}
    ) as seconds_in_vault,
    cast(
        sum(case when total = 'viewer' then seconds_in_marts else 0 end) as {{ type_double() }}
    ) as seconds_in_marts,
    cast(
        sum(case when abs(seconds_in_vault - seconds_in_marts) > 0.001 then 1 else 0 end) as integer
    ) as totals_that_differ,
    broadcast_date
from side_by_side
group by broadcast_date
