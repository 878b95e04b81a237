-- Grain: one row per title of the catalogue or of a web event, with the details now in effect.

{{ config(materialized='view') }}
-- The length is the catalogue's, else the shortest that players report.

with

reported as (

    select
        programme_hk,
        min(length_seconds) as length_seconds
    from {{ ref('title_reported_length') }}
    group by programme_hk

)

select
    hub_programme.programme_hk,
    substring(hub_programme.programme_id, 7) as title_id,
    coalesce(details.title_name, substring(hub_programme.programme_id, 7)) as title_name,
    details.title_kind,
    details.title_genre,
    coalesce(details.length_seconds, reported.length_seconds) as length_seconds
from {{ ref('hub_programme') }} as hub_programme
left join {{ ref('title_history') }} as details
    on hub_programme.programme_hk = details.programme_hk and details.is_current
left join reported on hub_programme.programme_hk = reported.programme_hk
where hub_programme.programme_id like 'title:%'
