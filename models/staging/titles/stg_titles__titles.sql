-- Grain: one row per title row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'titles') }}

),

cleaned as (

    select
        'title:' || {{ clean_text('title_id') }} as programme_id,
        {{ clean_text('title_name') }} as title_name,
        {{ lower_case(clean_text('title_kind')) }} as title_kind,
        {{ clean_text('genre') }} as title_genre,
        nullif(length_seconds, 0) as length_seconds,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['programme_id']) }} as programme_hk,
    {{ change_hash([
        'title_name',
        'title_kind',
        'title_genre',
        'cast(length_seconds as ' ~ type_string() ~ ')',
    ]) }} as change_hash,
    programme_id,
    title_name,
    title_kind,
    title_genre,
    'titles' as record_source,
    length_seconds,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
