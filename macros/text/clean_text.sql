{#- A text with its blanks (space, tab, CR, LF, U+00A0) run together into one, its ends trimmed,
    null when nothing is left. -#}
{% macro clean_text(text) -%}
    nullif(trim(regexp_replace(
        translate({{ text }}, chr(160) || chr(9) || chr(10) || chr(13), '    '), ' +', ' ', 'g'
    )), '')
{%- endmacro %}
