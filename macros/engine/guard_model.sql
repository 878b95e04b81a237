{#- Before a model is built, where several processes can write at once: stops a build since whose
    start another has started, and lets none start until the model is committed. -#}
{% macro guard_model() -%}
    {%- if execute and is_build() -%}
        {{ adapter.dispatch('guard_model')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__guard_model() -%}
{%- endmacro %}

{% macro postgres__guard_model() -%}
do $guard$ begin
    perform pg_advisory_xact_lock_shared({{ lock_key('models') }});
    if not exists (
        select from {{ build_table('build_fingerprints') }} where build_id = '{{ build_id() }}'
    ) then
        raise exception 'another build has started in this warehouse; this one stops here';
    end if;
end $guard$;
{%- endmacro %}
