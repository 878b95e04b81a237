{#- A text in upper case on A-Z only, so that every engine folds alike. Most text is ASCII, where the
    engine's own upper case does that thirty times as fast. -#}
{% macro fold(text) -%}
    case
        when {{ is_ascii(text) }} then upper({{ text }})
        else translate({{ text }}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    end
{%- endmacro %}
