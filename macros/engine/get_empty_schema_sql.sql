{#- dbt asks this for the types in a model's contract, on Spark, which spells two of them otherwise. -#}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set spelt = {'uuid': 'string', 'double precision': 'double'} -%}
    {%- set known = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set data_type = spelt.get(column['data_type'], column['data_type']) -%}
        {%- do known.update({name: dict(column, data_type=data_type)}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(known)) }}
{% endmacro %}
