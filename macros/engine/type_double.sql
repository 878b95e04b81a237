{#- The engine's name of a number of 64 bits in floating point. -#}
{% macro type_double() -%}
    {{- adapter.dispatch('type_double')() -}}
{%- endmacro %}

{% macro default__type_double() -%}
    double precision
{%- endmacro %}

{% macro spark__type_double() -%}
    double
{%- endmacro %}
