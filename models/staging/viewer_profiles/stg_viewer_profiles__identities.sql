-- Grain: one row per viewer profile row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'viewer_profiles') }}

),

cleaned as (

    select
        {{ clean_text('viewer') }} as viewer_id,
        name_pseudonym,
        email_pseudonym,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['viewer_id']) }} as viewer_hk,
    {{ change_hash(['name_pseudonym', 'email_pseudonym']) }} as change_hash,
    viewer_id,
    name_pseudonym,
    email_pseudonym,
    'viewer_profiles' as record_source,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
