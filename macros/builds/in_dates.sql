{#- A condition: the column is one of the dates, written out so that every engine skips what it need
    not read. -#}
{% macro in_dates(column, dates) -%}
    {%- if dates -%}
        {{ column }} in (date '{{ dates | join("', date '") }}')
    {%- else -%}
        {{ column }} is null and false
    {%- endif -%}
{%- endmacro %}
