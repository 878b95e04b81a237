{#- The twenty buckets of 5 % into which a title's length is divided, numbered from 1, as a relation. -#}
{% macro percent_buckets() -%}
    (values ({{ range(1, 21) | join('), (') }}))
{%- endmacro %}
