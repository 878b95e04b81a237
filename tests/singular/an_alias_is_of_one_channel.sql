{{ config(meta={'dagster': {'ref': {'name': 'channel_aliases'}}}) }}
-- Viewing of an alias of two channels would go to one of them.

select
    {{ fold(clean_text('alias')) }} as alias_id,
    min(channel) as channel,
    max(channel) as other_channel
from {{ ref('channel_aliases') }}
group by {{ fold(clean_text('alias')) }}
having count(*) > 1
