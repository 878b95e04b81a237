-- Grain: one row per spend row delivered, repeats included.

with

delivered as (

    select * from {{ source('raw', 'campaign_spend') }}

),

cleaned as (

    select
        {{ clean_text('campaign') }} as campaign_name,
        currency,
        amount,
        spend_date,
        _effective_at as effective_at,
        _loaded_at as loaded_at,
        _load_id as load_id,
        _row as row_number
    from delivered

),

keyed as (

    select
        *,
        {{ fold('campaign_name') }} as campaign_id
    from cleaned

)

select
    {{ hash_key(['campaign_id']) }} as campaign_hk,
    {{ hash_key(['campaign_id', 'cast(spend_date as ' ~ type_string() ~ ')']) }}
        as campaign_spend_hk,
    {{ change_hash(['cast(amount as ' ~ type_string() ~ ')', 'currency']) }} as change_hash,
    campaign_id,
    campaign_name,
    currency,
    'campaign_spend' as record_source,
    amount,
    spend_date,
    effective_at,
    loaded_at,
    load_id,
    row_number
from keyed
