{#- The query that gives the rows of a staging CTE the names of their channels: `channel_name` and
    `channel_id` from the cleaned spelling in `spelling`. The seed channel_aliases says which spellings are
    another channel's. Every feed goes through here, so that an alias is one channel everywhere. -#}
{% macro channel_names(rows) %}
select
    folded.*,
    coalesce(aliases.channel_name, folded.spelling) as channel_name,
    coalesce(aliases.channel_id, folded.spelling_id) as channel_id
from (
    select
        *,
        {{ fold('spelling') }} as spelling_id
    from {{ rows }}
) as folded
left join (
    select
        {{ fold(clean_text('alias')) }} as alias_id,
        {{ fold(clean_text('min(channel)')) }} as channel_id,
        {{ clean_text('min(channel)') }} as channel_name
    from {{ ref('channel_aliases') }}
    group by {{ fold(clean_text('alias')) }}
) as aliases on folded.spelling_id = aliases.alias_id
{% endmacro %}
