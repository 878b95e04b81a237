{#- A text with its blanks (space, tab, CR, LF, U+00A0) run together into one and its ends trimmed, null
    when nothing is left. Runs are looked for first: replacing by pattern costs twenty times as much. -#}
{% macro clean_text(text) -%}
    {%- set spaced = namespace(text=text) -%}
    {%- for blank in (160, 9, 10, 13) -%}
        {%- set spaced.text = 'replace(' ~ spaced.text ~ ', chr(' ~ blank ~ "), ' ')" -%}
    {%- endfor -%}
    nullif(trim(both ' ' from
        case
            when position('  ' in {{ spaced.text }}) > 0
                then {{ squeezed(spaced.text) }}
            else {{ spaced.text }}
        end
    ), '')
{%- endmacro %}
