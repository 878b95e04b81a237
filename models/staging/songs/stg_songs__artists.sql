-- Grain: one row per song row delivered, with what it says of the artist; repeats included.

with

delivered as (

    select * from {{ source('raw', 'songs') }}

),

cleaned as (

    select
        {{ unless_blank('artist_name') }} as artist_name,
        {{ clean_text('artist_id') }} as catalogue_artist_id,
        {{ clean_text('artist_location') }} as artist_location,
        artist_latitude,
        artist_longitude,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['artist_name']) }} as artist_hk,
    {{ change_hash([
        'catalogue_artist_id',
        'artist_location',
        'cast(artist_latitude as ' ~ type_string() ~ ')',
        'cast(artist_longitude as ' ~ type_string() ~ ')',
    ]) }} as change_hash,
    artist_name,
    catalogue_artist_id,
    artist_location,
    'songs' as record_source,
    artist_latitude,
    artist_longitude,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
