{#- Columns that add up rows of a viewer each (weight, viewing_seconds, reach_seconds): seconds, viewers and
    reach, weighted. Sums are of decimals: those of doubles depend on the order of the rows. -#}
{% macro viewer_totals(weighted_seconds='weight * viewing_seconds') -%}
    cast(sum({{ weighted_seconds }}) as decimal(38, 12)) as viewing_seconds,
    count(*) as viewers,
    cast(sum(weight) as {{ type_double() }}) as viewers_weighted,
    {{ reach_of(var('reach_minutes')) }} as reach,
    {{ reach_of(1) }} as reach_1min,
    {{ reach_of(3) }} as reach_3min,
    {{ reach_of(5) }} as reach_5min,
    {{ reach_of(15) }} as reach_15min
{%- endmacro %}
