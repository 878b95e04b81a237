{#- The date up to which holds what has no end: after every other. -#}
{% macro end_of_time() -%}
    date '9999-12-31'
{%- endmacro %}
