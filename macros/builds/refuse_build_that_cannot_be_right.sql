{#- Stops a build before anything is loaded, and --empty or --sample where it would thin out a
    warehouse in use. -#}
{% macro refuse_build_that_cannot_be_right() %}
    {%- if invocation_args_dict.get('which') in ('run', 'build') -%}
        {%- set tables = present_tables() -%}
        {%- if layer_schema('raw') ~ '.loads' not in tables -%}
            {{ exceptions.raise_compiler_error(
                "There is no " ~ layer_schema('raw')
                ~ ".loads yet: load drops first (audience-vault load FOLDER)."
            ) }}
        {%- endif -%}
        {%- if not is_build() and layer_schema('vault') ~ '.progress' in tables -%}
            {{ exceptions.raise_compiler_error(
                "--empty and --sample overwrite tables, and this warehouse is in use: set "
                ~ "AUDIENCE_VAULT_SCHEMA_PREFIX to a throwaway prefix first."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
