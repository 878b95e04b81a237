{#- The hash key of a business key given as text expressions. Parts are quoted and joined, so that
    ('a|b', 'c') and ('a', 'b|c') differ, as null and '' do; null parts at the end change nothing.
    The zero key when every part is null. -#}
{% macro hash_key(parts) -%}
    {%- set quoted = [] -%}
    {%- for part in parts -%}
        {%- do quoted.append(key_part(part)) -%}
    {%- endfor -%}
    {{- hash_of_parts(quoted) -}}
{%- endmacro %}
