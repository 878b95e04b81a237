{#- The weight of the viewers who stayed on the channel for at least so many consecutive minutes, from rows
    of a viewer each. -#}
{% macro reach_of(minutes) -%}
    cast(
        sum(case when reach_seconds >= 60 * {{ minutes }} then weight else 0 end)
        as {{ type_double() }}
    )
{%- endmacro %}
