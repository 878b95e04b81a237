{#- A set of values from first to last, both included, one row each: dates or instants, by the step
    in seconds. -#}
{% macro series(first, last, step_seconds) -%}
    {{- adapter.dispatch('series')(first, last, step_seconds) -}}
{%- endmacro %}

{% macro duckdb__series(first, last, step_seconds) -%}
    unnest(generate_series(
        cast({{ first }} as timestamp),
        cast({{ last }} as timestamp),
        to_seconds({{ step_seconds }})
    ))
{%- endmacro %}

{% macro postgres__series(first, last, step_seconds) -%}
    generate_series(
        cast({{ first }} as timestamp),
        cast({{ last }} as timestamp),
        {{ step_seconds }} * interval '1 second'
    )
{%- endmacro %}

{% macro spark__series(first, last, step_seconds) -%}
    explode(sequence(
        cast({{ first }} as timestamp),
        cast({{ last }} as timestamp),
        {{ step_seconds }} * interval '1 second'
    ))
{%- endmacro %}
