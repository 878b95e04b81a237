{#- Whether this command builds for real: only such a command moves the builds' records. -#}
{% macro is_build() %}
    {{ return(
        invocation_args_dict.get('which') in ('run', 'build')
        and not flags.EMPTY
        and not flags.SAMPLE
    ) }}
{% endmacro %}
