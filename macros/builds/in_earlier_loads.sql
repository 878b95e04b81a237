{#- A condition: this model has read the row's load in an earlier build. -#}
{% macro in_earlier_loads(column) -%}
    {%- if execute and is_build() and model.resource_type != 'unit_test' -%}
        {{ column }} <= {{ progress_of(model.unique_id) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
