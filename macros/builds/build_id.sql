{#- The id of this build, as it stands between quotes in SQL: AUDIENCE_VAULT_BUILD_ID where several
    dbt commands make one build, else dbt's own. -#}
{% macro build_id() -%}
    {{- env_var('AUDIENCE_VAULT_BUILD_ID', invocation_id) | replace("'", "''") -}}
{%- endmacro %}
