{#- TVR: the average audience over a length of time in seconds, in percent of the universe. -#}
{% macro rating_of(viewing_seconds, seconds, universe) -%}
    100 * cast({{ viewing_seconds }} as {{ type_double() }}) / {{ seconds }}
    / nullif({{ universe }}, 0)
{%- endmacro %}
