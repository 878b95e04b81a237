{#- An aggregate: the value of the earliest event that has one; of events at one instant, the one with
    the lower number, then hash key. -#}
{% macro earliest(value) -%}
    {{- adapter.dispatch('earliest')(value) -}}
{%- endmacro %}

{% macro duckdb__earliest(value) -%}
    arg_min({{ value }}, row(event_at, event_number, event_hk))
    filter (where {{ value }} is not null)
{%- endmacro %}

{% macro postgres__earliest(value) -%}
    (
        array_agg({{ value }} order by event_at, event_number, event_hk)
        filter (where {{ value }} is not null)
    )[1]
{%- endmacro %}

{% macro spark__earliest(value) -%}
    min_by({{ value }}, struct(event_at, event_number, event_hk))
    filter (where {{ value }} is not null)
{%- endmacro %}
