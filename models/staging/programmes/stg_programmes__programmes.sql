-- Grain: one row per programme row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'programmes') }}

),

cleaned as (

    select
        {{ clean_text('program_id') }} as programme_id,
        {{ clean_text('program_name') }} as programme_name,
        {{ clean_text('genre') }} as programme_genre,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['programme_id']) }} as programme_hk,
    {{ change_hash(['programme_name', 'programme_genre']) }} as change_hash,
    programme_id,
    programme_name,
    programme_genre,
    'programmes' as record_source,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
