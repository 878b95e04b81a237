{#- A null for one of a model's columns. That of a decimal has its type: in a union with a plain null
    PostgreSQL would forget how many digits it has. -#}
{% macro null_of(column) -%}
    {%- set data_type = (model.columns or {}).get(column, {}).get('data_type') or '' -%}
    {{- 'cast(null as ' ~ data_type ~ ')' if data_type.startswith('decimal') else 'null' -}}
{%- endmacro %}
