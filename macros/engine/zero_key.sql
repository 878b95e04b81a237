{#- The hash key of nothing: what a key without any known part becomes, and the ghost's own. -#}
{% macro zero_key() -%}
    {{- adapter.dispatch('zero_key')() -}}
{%- endmacro %}

{% macro default__zero_key() -%}
    cast('00000000-0000-0000-0000-000000000000' as uuid)
{%- endmacro %}

{#- As hash_text has it on Spark: text. -#}
{% macro spark__zero_key() -%}
    '00000000-0000-0000-0000-000000000000'
{%- endmacro %}
