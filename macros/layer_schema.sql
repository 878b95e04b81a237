{#- The schema of a layer (raw, staging, vault, marts), with AUDIENCE_VAULT_SCHEMA_PREFIX before it. -#}
{% macro layer_schema(layer) -%}
    {{- env_var('AUDIENCE_VAULT_SCHEMA_PREFIX', '') ~ layer | trim -}}
{%- endmacro %}
