{#- The last date of a period, `week` or `month`, from its first. -#}
{% macro last_date_of(period, first_date) -%}
    cast({{ first_date }} + interval '1 {{ period }}' as date) - 1
{%- endmacro %}
