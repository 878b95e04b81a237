{#- A part of a business key as hash_of_parts takes it: quoted, its quotes doubled. -#}
{% macro key_part(text) -%}
    '"' || replace({{ text }}, '"', '""') || '"'
{%- endmacro %}
