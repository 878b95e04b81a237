-- Grain: one row per event row delivered, with what its place says; repeats included.
-- A place is a city and its states, `Phoenix-Mesa-Scottsdale, AZ`: what it says never changes.

with

delivered as (

    select * from {{ source('raw', 'listen_events') }}

),

cleaned as (

    select
        {{ clean_text('location') }} as location_id,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

split as (

    select
        *,
        split_part(location_id, ', ', 1) as city,
        nullif(split_part(location_id, ', ', 2), '') as state_codes
    from cleaned

)

select
    {{ hash_key(['location_id']) }} as location_hk,
    {{ change_hash(['city', 'state_codes']) }} as change_hash,
    location_id,
    city,
    state_codes,
    'listen_events' as record_source,
    {{ beginning_of_time() }} as effective_at,
    loaded_at,
    load_id,
    row_number
from split
