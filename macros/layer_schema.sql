{#- The schema of a layer (raw, staging, vault, marts), after AUDIENCE_VAULT_SCHEMA_PREFIX. -#}
{% macro layer_schema(layer) -%}
    {{- env_var('AUDIENCE_VAULT_SCHEMA_PREFIX', '') ~ layer | trim -}}
{%- endmacro %}
