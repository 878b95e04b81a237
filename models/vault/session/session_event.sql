-- Grain: one row per event of a session, computed or delivered.

{{ config(materialized='view') }}

select * from {{ ref('computed_session_event') }}
union all
select * from {{ ref('delivered_session_event') }}
