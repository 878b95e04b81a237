{#- The query that gives the rows of a staging CTE their channel: `channel_id`, `channel_name`,
    `channel_part` (the id as a part of longer keys) and `channel_hk`, of the spelling in one of their columns. -#}
{% macro with_channel(rows, source, text) %}
    {%- call(texts) once_for_each_text(rows, source, text) %}
select
    *,
    {{ key_part('channel_id') }} as channel_part,
    {{ hash_key(['channel_id']) }} as channel_hk
from (
    {{ channel_names('(select *, ' ~ clean_text(text) ~ ' as spelling from ' ~ texts ~ ') as cleaned') }}
) as named
    {%- endcall %}
{% endmacro %}
