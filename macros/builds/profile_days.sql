{#- For affected_dates: the feed, load, first and last date of each stretch over which a profile of a new
    load holds. One before the calendar, or after, has its border: a viewer's weight over a week or month is a mean
    over all dates of it. -#}
{% macro profile_days() %}
{%- set zone = feed_setting('viewer_profiles', 'timezone') -%}
select
    history.record_source as feed,
    history.load_id,
    least(
        cast({{ wall_clock('history.valid_from_at', zone) }} as date), borders.last_date
    ) as first_date,
    greatest(
        coalesce(
            cast({{ wall_clock('history.valid_to_at', zone) }} as date) - 1, borders.last_date
        ),
        borders.first_date
    ) as last_date
from {{ ref('viewer_profile_history') }} as history
cross join calendar_borders as borders
where {{ in_new_loads('history.load_id') }} and history.load_id > 0
{%- endmacro %}
