{#- In a model: says which columns it is read by in the next build, and which of the others are read
    then, for engines that have indexes. -#}
{% macro index(columns, include=[]) -%}
    {{- config(meta={'index': {'columns': columns, 'include': include}}) -}}
{%- endmacro %}
