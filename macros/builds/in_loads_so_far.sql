{#- A condition: the row's load is part of this build. -#}
{% macro in_loads_so_far(column) -%}
    {%- if execute and is_build() and model.resource_type != 'unit_test' -%}
        {{ column }} <= {{ as_of_load() }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
