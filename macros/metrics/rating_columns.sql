{#- Columns of a mart of channel ratings, from the columns of viewer_totals, `universe` and the viewing of
    all channels: over a length of time in seconds. -#}
{% macro rating_columns(seconds, rating_pct=none) -%}
    {%- set viewing_seconds = 'cast(viewing_seconds as ' ~ type_double() ~ ')' -%}
    {{ viewing_seconds }} as viewing_seconds,
    {{ viewing_seconds }} / {{ seconds }} as average_audience,
    {{ rating_pct or rating_of('viewing_seconds', seconds, 'universe') }} as rating_pct,
    100 * {{ viewing_seconds }} / nullif(cast(all_viewing_seconds as {{ type_double() }}), 0)
        as share_pct,
    viewers,
    viewers_weighted,
    reach,
    reach_1min,
    reach_3min,
    reach_5min,
    reach_15min,
    100 * reach / nullif(universe, 0) as reach_pct,
    {{ viewing_seconds }} / nullif(viewers_weighted, 0) as average_seconds_per_viewer,
    {{ viewing_seconds }} / nullif(universe, 0) as average_seconds_per_person
{%- endmacro %}
