-- Grain: one row per stay of a viewer on a song or title that is played on demand, and broadcast
-- date that it touches.

{{ config(materialized='view') }}

select
    viewer_hk,
    {{ zero_key() }} as programme_hk,
    song_hk,
    '{{ feed_setting('listen_events', 'platform') }}' as platform,
    device,
    record_source,
    broadcast_date,
    started_at,
    ended_at
from {{ ref('song_stay') }}
union all
select
    viewer_hk,
    programme_hk,
    {{ zero_key() }} as song_hk,
    '{{ feed_setting('web_events', 'platform') }}' as platform,
    device,
    record_source,
    broadcast_date,
    started_at,
    ended_at
from {{ ref('video_stay') }}
