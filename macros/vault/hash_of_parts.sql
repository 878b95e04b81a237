{#- The hash key of a business key whose parts are quoted already: what repeats in millions of keys is
    quoted once. -#}
{% macro hash_of_parts(parts) -%}
    {%- if parts | length == 1 -%}
        {%- set text = parts[0] -%}
    {%- else -%}
        {%- set joined = "concat(coalesce(" ~ parts | join(", ''), '|', coalesce(") ~ ", ''))" -%}
        {%- set text = "nullif(" ~ without_trailing_bars(joined) ~ ", '')" -%}
    {%- endif -%}
    coalesce({{ hash_text(text) }}, {{ zero_key() }})
{%- endmacro %}
