-- Grain: one row per load and spelling of a channel in its events.
-- Few spellings are cleaned and hashed here, where the events have one in every row.

with

spelt as (

    select
        chname,
        _load_id as load_id,
        min(_loaded_at) as loaded_at,
        max({{ utc_instant('eventdate + eventtime', feed_setting('stb_events', 'timezone')) }})
            as last_used_at
    from {{ source('raw', 'stb_events') }}
    group by chname, _load_id

),

cleaned as (

    select
        {{ clean_text('chname') }} as spelling,
        last_used_at,
        loaded_at,
        load_id
    from spelt

),

named as (

    {{ channel_names('cleaned') | indent(4) }}

)

select
    {{ hash_key(['channel_id']) }} as channel_hk,
    channel_id,
    channel_name,
    'stb_events' as record_source,
    max(last_used_at) as last_used_at,
    min(loaded_at) as loaded_at,
    load_id
from named
group by channel_id, channel_name, load_id
