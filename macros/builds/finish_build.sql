{#- After a build: records how far each model that succeeded has come, never further than what it
    was built from, and by which definition, unless something that it was built from still follows
    another. A model that a failed test reads keeps none: the next build makes and tests it whole. -#}
{% macro finish_build(results) %}
    {%- if execute and is_build() -%}
        {%- set as_of = as_of_load() -%}
        {%- set suspects = [] -%}
        {%- for result in results
            if result.node.resource_type == 'test' and result.status in ('fail', 'error') -%}
            {%- do suspects.extend(result.node.depends_on.nodes) -%}
        {%- endfor %}
begin;
{{ guard_model() }}
update {{ build_table('progress') }} set as_of_load = 0, fingerprint = null
where model in ('{{ suspects | join("', '") }}');
        {%- for result in results
            if result.node.resource_type == 'model' and result.status == 'success'
            and result.node.unique_id not in suspects %}
            {%- set model_id = result.node.unique_id -%}
            {%- set parents = result.node.depends_on.nodes | select('in', graph.nodes) | list -%}
insert into {{ build_table('progress') }}
select '{{ model_id }}', 0, null
where not exists (select 1 from {{ build_table('progress') }} where model = '{{ model_id }}');
update {{ build_table('progress') }} set
    as_of_load = greatest(as_of_load, least({{ as_of }}
            {%- for parent_id in table_parents(model_id) -%}
        , coalesce((
            select parent.as_of_load from {{ build_table('progress') }} as parent
            where parent.model = '{{ parent_id }}'
        ), 0)
            {%- endfor %})),
    fingerprint = (
        select present.fingerprint from {{ build_table('build_fingerprints') }} as present
        where present.build_id = '{{ build_id() }}' and present.model = '{{ model_id }}'
            and not exists (
                select 1 from {{ build_table('build_fingerprints') }} as parent
                left join {{ build_table('progress') }} as built
                    on parent.model = built.model and parent.fingerprint = built.fingerprint
                where parent.build_id = '{{ build_id() }}' and built.model is null
                    and parent.model in ('{{ parents | join("', '") }}')
            )
    )
where model = '{{ model_id }}';
        {%- endfor %}
{{ forget_missing_models() }}
commit
    {%- endif -%}
{% endmacro %}
