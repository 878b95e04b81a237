{#- After a seed is loaded, in the same transaction: notes which content that was. -#}
{% macro note_seed() %}
    {%- if execute -%}
insert into {{ build_table('progress') }}
values ('{{ model.unique_id }}', 0, '{{ fingerprint(model.unique_id, {}) }}')
on conflict (model) do update set fingerprint = excluded.fingerprint
    {%- endif -%}
{% endmacro %}
