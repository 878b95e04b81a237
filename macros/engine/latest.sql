{#- An aggregate: the value of the latest event that has one; of events at one instant, the one with the
    higher number, then hash key. -#}
{% macro latest(value) -%}
    {{- adapter.dispatch('latest')(value) -}}
{%- endmacro %}

{% macro duckdb__latest(value) -%}
    arg_max({{ value }}, row(event_at, event_number, event_hk))
    filter (where {{ value }} is not null)
{%- endmacro %}

{% macro postgres__latest(value) -%}
    (
        array_agg({{ value }} order by event_at desc, event_number desc, event_hk desc)
        filter (where {{ value }} is not null)
    )[1]
{%- endmacro %}

{% macro spark__latest(value) -%}
    max_by({{ value }}, struct(event_at, event_number, event_hk))
    filter (where {{ value }} is not null)
{%- endmacro %}
