{#- A condition: the row's date is one that this build must make again; in a full build any. -#}
{% macro in_affected_dates(column, days_before=0, days_after=0) -%}
    {%- if model.resource_type == 'unit_test' -%}
        true
    {%- else -%}
        {%- set affected = ref('affected_dates') -%}
        {%- if is_incremental() and is_build() -%}
            {{ in_dates(
                column, affected_dates(affected, model.unique_id, days_before, days_after)
            ) }}
        {%- else -%}
            true
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
