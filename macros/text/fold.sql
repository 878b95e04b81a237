{#- A text in upper case on A-Z only, so that every engine folds alike. -#}
{% macro fold(text) -%}
    translate({{ text }}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
{%- endmacro %}
