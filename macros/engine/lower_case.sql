{#- A text in lower case on A-Z only, so that every engine lowers alike. -#}
{% macro lower_case(text) -%}
    {{- adapter.dispatch('lower_case')(text) -}}
{%- endmacro %}

{% macro default__lower_case(text) -%}
    case
        when {{ is_ascii(text) }} then lower({{ text }})
        else translate({{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
    end
{%- endmacro %}

{#- Lower case follows the collation: a Turkish one makes ı of I, "C" knows A-Z only. -#}
{% macro postgres__lower_case(text) -%}
    lower({{ text }} collate "C") collate "default"
{%- endmacro %}
