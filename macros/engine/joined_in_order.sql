{#- An aggregate: the text of all the hashes in a column, in their order. -#}
{% macro joined_in_order(column) -%}
    {{- adapter.dispatch('joined_in_order')(column) -}}
{%- endmacro %}

{% macro default__joined_in_order(column) -%}
    string_agg(cast({{ column }} as varchar), '' order by {{ column }})
{%- endmacro %}

{% macro spark__joined_in_order(column) -%}
    array_join(array_sort(collect_list(cast({{ column }} as string))), '')
{%- endmacro %}
