{#- A staging model as the source of a hub or link, with columns under the names that the hub or link
    has for them: of a row that names two viewers, the one or the other. -#}
{% macro renamed(source, names) -%}
    {%- set columns = names.items() | list -%}
(
    select
        {%- for column, name in columns %}
        {{ column }} as {{ name }},
        {%- endfor %}
        record_source,
        loaded_at,
        load_id
    from {{ source }}
) as renamed
{%- endmacro %}
