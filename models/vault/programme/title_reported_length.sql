-- Grain: one row per title and length shorter than those that players reported before.

with

reported as (

    select
        programme_hk,
        length_seconds,
        record_source,
        load_id,
        loaded_at,
        row_number() over (
            partition by programme_hk order by length_seconds, load_id
        ) as shortest_rank
    from {{ ref('link_web_event') }}
    where {{ in_new_loads('load_id') }}
        and length_seconds > 0 and programme_hk <> {{ zero_key() }}

)

select
    programme_hk,
    record_source,
    length_seconds,
    loaded_at,
    load_id
from reported
where shortest_rank = 1
{% if is_incremental() %}
    and not exists (
        select 1 from {{ this }} as stored
        where stored.programme_hk = reported.programme_hk
            and stored.length_seconds <= reported.length_seconds
    )
{% endif %}
