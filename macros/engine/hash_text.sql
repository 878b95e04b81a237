{#- The 128-bit hash of a text, as the engine's uuid. -#}
{% macro hash_text(text) -%}
    {{- adapter.dispatch('hash_text')(text) -}}
{%- endmacro %}

{% macro default__hash_text(text) -%}
    cast(md5({{ text }}) as uuid)
{%- endmacro %}
