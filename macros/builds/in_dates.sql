{#- A condition: the column is one of the dates, written out so that every engine skips what it need
    not read; none is the date of what has no instant. -#}
{% macro in_dates(column, dates) -%}
    {%- set known = dates | reject('none') | list -%}
    {%- if known and none in dates -%}
        ({{ in_dates(column, known) }} or {{ column }} is null)
    {%- elif known -%}
        {{ column }} in (date '{{ known | join("', date '") }}')
    {%- else -%}
        {{ column }} is null and {{ 'true' if dates else 'false' }}
    {%- endif -%}
{%- endmacro %}
