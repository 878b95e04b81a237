-- Grain: one row per channel row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'channels') }}

),

cleaned as (

    select
        {{ clean_text('channel') }} as spelling,
        {{ clean_text('name') }} as name_shown,
        {{ clean_text('broadcaster') }} as broadcaster_name,
        {{ clean_text('genre') }} as channel_genre,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

named as (

    {{ channel_names('cleaned') | indent(4) }}

),

keyed as (

    select
        *,
        {{ fold('broadcaster_name') }} as broadcaster_id
    from named

)

select
    {{ hash_key(['channel_id']) }} as channel_hk,
    {{ hash_key(['broadcaster_id']) }} as broadcaster_hk,
    {{ hash_key(['channel_id', 'broadcaster_id']) }} as channel_broadcaster_hk,
    {{ change_hash(['name_shown', 'broadcaster_name', 'channel_genre']) }} as change_hash,
    channel_id,
    name_shown as channel_name,
    channel_genre,
    broadcaster_id,
    broadcaster_name,
    'channels' as record_source,
    effective_at,
    loaded_at,
    load_id,
    row_number
from keyed
