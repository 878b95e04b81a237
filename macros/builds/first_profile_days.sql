{#- For affected_dates: the feed, load and date of the first profile of each viewer whose first event a new load
    brings, from before that profile. A viewer counts 1 from its first event to its profile, in the mean weight of
    a week or month too. -#}
{% macro first_profile_days() %}
select
    first_events.record_source as feed,
    first_events.load_id,
    least(profiles.first_date, borders.last_date) as first_date,
    least(profiles.first_date, borders.last_date) as last_date
from (
    {%- for events, instant in [
        (ref('link_stb_event'), 'event_at'), (ref('link_tv_session'), 'started_at')
    ] %}
    select
        events.record_source,
        events.load_id,
        events.viewer_hk,
        events.{{ instant }} as first_event_at
    from {{ events }} as events
    inner join {{ ref('viewer_activity') }} as viewer_activity
        on events.viewer_hk = viewer_activity.viewer_hk
            and events.{{ instant }} = viewer_activity.first_event_at
    where {{ in_new_loads('events.load_id') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
) as first_events
inner join (
    select
        viewer_hk,
        min(first_date) as first_date
    from {{ ref('viewer_profile_span') }}
    group by viewer_hk
) as profiles on first_events.viewer_hk = profiles.viewer_hk
cross join calendar_borders as borders
where cast(first_events.first_event_at as date) <= profiles.first_date
{%- endmacro %}
