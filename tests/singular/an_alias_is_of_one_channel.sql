{{ config(meta={'dagster': {'ref': {'name': 'channel_aliases'}}}) }}
-- Whatever its case and blanks: viewing of an alias of two would go to one of them.

select
    {{ fold(clean_text('alias')) }} as alias_id,
    count(*) as channels
from {{ ref('channel_aliases') }}
group by {{ fold(clean_text('alias')) }}
having count(*) > 1
