{#- A text in upper case on A-Z only, so that every engine folds alike. -#}
{% macro fold(text) -%}
    {{- adapter.dispatch('fold')(text) -}}
{%- endmacro %}

{#- Most text is ASCII, where the engine's own upper case does it thirty times as fast. -#}
{% macro default__fold(text) -%}
    case
        when {{ is_ascii(text) }} then upper({{ text }})
        else translate({{ text }}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    end
{%- endmacro %}

{#- Upper case follows the collation: a Turkish one makes İ of i, "C" knows A-Z only. -#}
{% macro postgres__fold(text) -%}
    upper({{ text }} collate "C") collate "default"
{%- endmacro %}
