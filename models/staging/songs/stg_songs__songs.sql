-- Grain: one row per song row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'songs') }}

),

cleaned as (

    select
        {{ unless_blank('title') }} as song_title,
        {{ unless_blank('artist_name') }} as artist_name,
        {{ clean_text('song_id') }} as catalogue_song_id,
        duration as song_seconds,
        cast(nullif(year, 0) as integer) as release_year,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['song_title', 'artist_name']) }} as song_hk,
    {{ hash_key(['artist_name']) }} as artist_hk,
    {{ hash_key(['song_title', 'artist_name', 'artist_name']) }} as song_artist_hk,
    {{ change_hash([
        'catalogue_song_id',
        'cast(song_seconds as ' ~ type_string() ~ ')',
        'cast(release_year as ' ~ type_string() ~ ')',
    ]) }} as change_hash,
    song_title,
    artist_name,
    catalogue_song_id,
    'songs' as record_source,
    song_seconds,
    release_year,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
