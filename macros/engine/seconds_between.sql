{#- The seconds from one instant to another, exact to the microsecond: decimal(18,6). -#}
{% macro seconds_between(start, finish) -%}
    {{- adapter.dispatch('seconds_between')(start, finish) -}}
{%- endmacro %}

{% macro duckdb__seconds_between(start, finish) -%}
    cast(
        cast(date_diff('microsecond', {{ start }}, {{ finish }}) as decimal(18, 0)) * 0.000001
        as decimal(18, 6)
    )
{%- endmacro %}

{% macro postgres__seconds_between(start, finish) -%}
    cast(extract(epoch from {{ finish }} - {{ start }}) as decimal(18, 6))
{%- endmacro %}

{% macro spark__seconds_between(start, finish) -%}
    cast(
        cast(unix_micros({{ finish }}) - unix_micros({{ start }}) as decimal(18, 0)) * 0.000001
        as decimal(18, 6)
    )
{%- endmacro %}
