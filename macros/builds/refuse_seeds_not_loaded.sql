{#- Stops a build that would read a seed as it was before it was edited: one that isn't loaded as it
    stands in the project, and isn't loaded by this command either. -#}
{% macro refuse_seeds_not_loaded() %}
    {%- if is_build() -%}
        {%- set loaded = [] -%}
        {%- if layer_schema('vault') ~ '.progress' in present_tables() -%}
            {%- set loaded = query_values(
                "select model || ' ' || fingerprint from " ~ build_table('progress')
                ~ " where fingerprint is not null"
            ) -%}
        {%- endif -%}
        {%- set missing = [] -%}
        {%- for seed_id, fingerprint in fingerprints().items() if seed_id.startswith('seed.')
            and seed_id not in selected_resources
            and seed_id ~ ' ' ~ fingerprint not in loaded -%}
            {%- do missing.append(seed_id.split('.')[-1]) -%}
        {%- endfor -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                "The warehouse doesn't hold the seeds as they are in the project: "
                ~ missing | join(', ') ~ ". Run dbt seed first, or audience-vault build, which loads them."
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
