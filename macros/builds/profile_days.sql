{#- For affected_dates: the feed, load, first and last date of each stretch over which a profile of a new
    load holds. -#}
{% macro profile_days() %}
{%- set zone = feed_setting('viewer_profiles', 'timezone') -%}
select
    record_source as feed,
    load_id,
    cast({{ wall_clock('valid_from_at', zone) }} as date) as first_date,
    coalesce(
        cast({{ wall_clock('valid_to_at', zone) }} as date) - 1, {{ end_of_time() }}
    ) as last_date
from {{ ref('viewer_profile_history') }}
where {{ in_new_loads('load_id') }} and load_id > 0
{%- endmacro %}
