{#- Texts as a list of SQL literals. -#}
{% macro quoted(texts) -%}
    {%- set literals = [] -%}
    {%- for text in texts -%}
        {%- do literals.append("'" ~ text | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {{ literals | join(', ') }}
{%- endmacro %}
