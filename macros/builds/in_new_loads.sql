{#- A condition: the row's load is new to this model and part of this build. -#}
{% macro in_new_loads(column) -%}
    {%- if execute and is_build() and model.resource_type != 'unit_test' -%}
        {{ column }} > {{ progress_of(model.unique_id) }} and {{ in_loads_so_far(column) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
