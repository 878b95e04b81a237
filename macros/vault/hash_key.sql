{#- The hash key of a business key given as text expressions. Parts are quoted and joined, so that
    ('a|b', 'c') and ('a', 'b|c') differ, as null and '' do; null parts at the end change nothing.
    The zero key when every part is null. -#}
{% macro hash_key(parts) -%}
    {%- set quoted = [] -%}
    {%- for part in parts -%}
        {%- set doubled = "replace(" ~ part ~ ", '\"', '\"\"')" -%}
        {%- do quoted.append("'\"' || " ~ doubled ~ " || '\"'") -%}
    {%- endfor -%}
    {%- if quoted | length == 1 -%}
        {%- set text = quoted[0] -%}
    {%- else -%}
        {%- set joined = "concat(coalesce(" ~ quoted | join(", ''), '|', coalesce(") ~ ", ''))" -%}
        {%- set text = "nullif(" ~ without_trailing_bars(joined) ~ ", '')" -%}
    {%- endif -%}
    coalesce({{ hash_text(text) }}, {{ zero_key() }})
{%- endmacro %}
