{#- The audiences of a programme, one row each: its name, and how many broadcast dates after the
    programme's may be counted (live, which nothing played back is part of: -1). -#}
{% macro consolidations() -%}
select 'live' as consolidation, -1 as within_days
union all
select 'overnight' as consolidation, 0 as within_days
union all
select 'consolidated_7' as consolidation, 7 as within_days
union all
select 'consolidated_28' as consolidation, {{ play_back_days() }} as within_days
{%- endmacro %}
