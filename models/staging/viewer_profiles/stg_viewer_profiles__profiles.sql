-- Grain: one row per viewer profile row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'viewer_profiles') }}

),

cleaned as (

    select
        {{ clean_text('viewer') }} as viewer_id,
        {{ clean_text('household') }} as household_id,
        gender,
        {{ fold(clean_text('region')) }} as region,
        cast(birth_year as integer) as birth_year,
        weight,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

)

select
    {{ hash_key(['viewer_id']) }} as viewer_hk,
    {{ hash_key(['household_id']) }} as household_hk,
    {{ hash_key(['viewer_id', 'household_id']) }} as viewer_household_hk,
    {{ change_hash([
        'cast(birth_year as ' ~ type_string() ~ ')',
        'gender',
        'region',
        'cast(weight as ' ~ type_string() ~ ')',
    ]) }} as change_hash,
    viewer_id,
    household_id,
    gender,
    region,
    birth_year,
    weight,
    'viewer_profiles' as record_source,
    effective_at,
    loaded_at,
    load_id,
    row_number
from cleaned
