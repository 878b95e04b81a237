{{ config(meta={'dagster': {'ref': {'name': 'channel_aliases'}}}) }}
-- It would be replaced in some rows and not in others.

select
    aliases.alias,
    aliases.channel
from {{ ref('channel_aliases') }} as aliases
inner join {{ ref('channel_aliases') }} as named
    on {{ fold(clean_text('aliases.alias')) }} = {{ fold(clean_text('named.channel')) }}
