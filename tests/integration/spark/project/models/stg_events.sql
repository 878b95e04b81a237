-- Grain: one row per event row delivered, repeats included.

{{ config(materialized='view', contract={'enforced': false}) }}

with

cleaned as (

    select
        {{ clean_text('box') }} as viewer_id,
        {{ fold(clean_text("nullif(channel, '-')")) }} as channel_id,
        {{ utc_instant('at', 'Asia/Riyadh') }} as event_at,
        cast('events' as string) as record_source,
        load_id,
        row_number,
        cast('2024-02-01 00:00:00' as timestamp) as loaded_at
    from {{ ref('events') }}

)

select
    *,
    {{ hash_key(['viewer_id', instant_text('event_at'), 'channel_id']) }} as event_hk,
    {{ hash_key(['channel_id']) }} as channel_hk,
    cast(event_at as date) as event_date
from cleaned
