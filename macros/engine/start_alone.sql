{#- Statements at a build's start, where several processes can write at once: waits until no model is
    being made, whose build then stops before its next one. -#}
{% macro start_alone() -%}
    {{- adapter.dispatch('start_alone')() -}}
{%- endmacro %}

{% macro default__start_alone() -%}
{%- endmacro %}

{% macro postgres__start_alone() -%}
    {%- if env_var('AUDIENCE_VAULT_BUILD_ID', '') == ''
        and not query_value("select pg_try_advisory_xact_lock(" ~ lock_key('build') ~ ")") -%}
        {{ exceptions.raise_compiler_error(
            "This warehouse is being built or published; wait until that is done, or run "
            ~ "audience-vault build, which waits."
        ) }}
    {%- endif -%}
    select pg_advisory_xact_lock({{ lock_key('models') }});
{%- endmacro %}
