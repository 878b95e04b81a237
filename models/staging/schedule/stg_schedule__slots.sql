-- Grain: one row per schedule row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'schedule') }}

),

cleaned as (

    select
        {{ clean_text('channel') }} as spelling,
        {{ clean_text('programme') }} as programme_id,
        start as started_at,
        {{ adapter.quote('end') }} as ended_at,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

named as (

    {{ channel_names('cleaned') | indent(4) }}

)

select
    {{ hash_key(['channel_id', 'programme_id', instant_text('started_at')]) }}
        as schedule_slot_hk,
    {{ hash_key(['channel_id']) }} as channel_hk,
    {{ hash_key(['programme_id']) }} as programme_hk,
    {{ change_hash([instant_text('ended_at')]) }} as change_hash,
    channel_id,
    channel_name,
    programme_id,
    'schedule' as record_source,
    started_at,
    ended_at,
    case
        when {{ is_slot('started_at', 'ended_at') }} then ended_at
        else {{ add_seconds('started_at', 1) }}
    end as until_at,
    effective_at,
    loaded_at,
    load_id,
    row_number
from named
