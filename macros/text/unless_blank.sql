{#- A text as delivered, null where it is blank: of names that blanks may be part of, as U+00A0 is of
    doubly encoded text. -#}
{% macro unless_blank(text) -%}
    case when {{ clean_text(text) }} is not null then {{ text }} end
{%- endmacro %}
