{#- Before a build: fixes the loads that it reads, notes what defines each model, and forgets the
    progress of the models chosen whose definition has changed, and of all whose table is gone. -#}
{% macro start_build() %}
    {%- if execute -%}
        {%- do refuse_wrong_settings() -%}
        {%- do refuse_build_that_cannot_be_right() -%}
        {%- do refuse_seeds_not_loaded() -%}
        {%- if is_build() %}
begin;
{{ start_alone() }}
            {%- if layer_schema('vault') not in query_values(
                "select schema_name from information_schema.schemata"
            ) %}
create schema {{ adapter.quote(layer_schema('vault')) }};
            {%- endif %}
create table if not exists {{ build_table('builds') }} (
    build_id text primary key,
    as_of_load bigint,
    started_at timestamp
);
create table if not exists {{ build_table('build_fingerprints') }} (
    build_id text,
    model text,
    fingerprint text
);
{{ create_progress() }}
insert into {{ build_table('builds') }}
select
    '{{ build_id() }}',
    coalesce(max(load_id), 0),
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'
from {{ layer_table('raw', 'loads') }}
on conflict do nothing;
delete from {{ build_table('build_fingerprints') }};
insert into {{ build_table('build_fingerprints') }} values
            {%- for model_id, fingerprint in fingerprints().items() %}
('{{ build_id() }}', '{{ model_id }}', '{{ fingerprint }}'){{ ',' if not loop.last }}
            {%- endfor %};
update {{ build_table('progress') }} set as_of_load = 0, fingerprint = null
where model in ('{{ selected_resources | join("', '") }}')
            {%- if not flags.FULL_REFRESH %}
    and not exists (
        select 1 from {{ build_table('build_fingerprints') }} as present
        where present.build_id = '{{ build_id() }}'
            and present.model = progress.model and present.fingerprint = progress.fingerprint
    )
            {%- endif %};
{{ forget_missing_models() }}
{{ analyze_raw() }}
commit
        {%- elif invocation_args_dict.get('which') == 'seed' -%}
{{ create_progress() }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
