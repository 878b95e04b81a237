{#- The 128-bit hash of a text, as the engine's uuid. -#}
{% macro hash_text(text) -%}
    {{- adapter.dispatch('hash_text')(text) -}}
{%- endmacro %}

{% macro default__hash_text(text) -%}
    cast(md5({{ text }}) as uuid)
{%- endmacro %}

{#- From its bytes, not from their text: half the time. -#}
{% macro duckdb__hash_text(text) -%}
    cast(unhex(md5({{ text }})) as uuid)
{%- endmacro %}

{#- Spark has no uuid: its text, as the other engines print it. -#}
{% macro spark__hash_text(text) -%}
    regexp_replace(
        md5({{ text }}), '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '$1-$2-$3-$4-$5'
    )
{%- endmacro %}
