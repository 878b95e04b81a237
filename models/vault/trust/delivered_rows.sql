-- Grain: one row per row that raw holds, with whether the vault holds what it says.
-- A row without a key, and a key that a row leaves out, belong to the ghost.

{{ config(materialized='view') }}

with

events as (

    select
        delivered.record_source as feed,
        delivered.event_hk as row_hk,
        stored.event_hk is not null
        and viewer.viewer_hk is not null
        and channel.channel_hk is not null
        and programme.programme_hk is not null
        and coalesce(
            delivered.event_at between activity.first_event_at and activity.last_event_at,
            delivered.viewer_hk = {{ zero_key() }}
        )
        and coalesce(
            spelling.last_used_at >= delivered.event_at, delivered.channel_hk = {{ zero_key() }}
        ) as is_held,
        coalesce(stored.load_id = delivered.load_id, false) as is_first,
        delivered.viewer_hk <> {{ zero_key() }} as has_key,
        delivered.load_id,
        delivered.row_number
    from {{ ref('stg_stb_events__events') }} as delivered
    left join {{ ref('link_stb_event') }} as stored
        on delivered.event_hk = stored.event_hk and delivered.event_date = stored.event_date
    left join {{ ref('hub_viewer') }} as viewer on delivered.viewer_hk = viewer.viewer_hk
    left join {{ ref('hub_channel') }} as channel on delivered.channel_hk = channel.channel_hk
    left join {{ ref('hub_programme') }} as programme
        on delivered.programme_hk = programme.programme_hk
    left join {{ ref('viewer_activity') }} as activity
        on delivered.viewer_hk = activity.viewer_hk
    left join {{ ref('channel_spelling') }} as spelling
        on delivered.channel_hk = spelling.channel_hk
            and delivered.channel_name = spelling.channel_name

),

programmes as (

    select
        delivered.record_source as feed,
        {{ hash_key([
            'cast(delivered.programme_hk as ' ~ type_string() ~ ')',
            instant_text('delivered.effective_at'),
            'cast(delivered.change_hash as ' ~ type_string() ~ ')',
        ]) }} as row_hk,
        hub_programme.programme_hk is not null
        and exists (
            select 1 from {{ ref('programme_history') }} as stored
            where stored.programme_hk = delivered.programme_hk
                and stored.change_hash = delivered.change_hash
                and stored.valid_from_at <= delivered.effective_at
                and coalesce(stored.valid_to_at >= delivered.effective_at, true)
        ) as is_held,
        exists(
            select 1 from {{ ref('programme_history') }} as stored
            where stored.programme_hk = delivered.programme_hk
                and stored.change_hash = delivered.change_hash
                and stored.valid_from_at = delivered.effective_at
                and stored.load_id = delivered.load_id
        ) as is_first,
        delivered.programme_hk <> {{ zero_key() }} as has_key,
        delivered.load_id,
        delivered.row_number
    from {{ ref('stg_programmes__programmes') }} as delivered
    left join {{ ref('hub_programme') }} as hub_programme
        on delivered.programme_hk = hub_programme.programme_hk

),

channels as (

    select
        delivered.record_source as feed,
        {{ hash_key([
            'cast(delivered.channel_hk as ' ~ type_string() ~ ')',
            instant_text('delivered.effective_at'),
            'cast(delivered.change_hash as ' ~ type_string() ~ ')',
        ]) }} as row_hk,
        hub_channel.channel_hk is not null
        and broadcaster.broadcaster_hk is not null
        and relation.channel_broadcaster_hk is not null
        and exists (
            select 1 from {{ ref('channel_history') }} as stored
            where stored.channel_hk = delivered.channel_hk
                and stored.change_hash = delivered.change_hash
                and stored.valid_from_at <= delivered.effective_at
                and coalesce(stored.valid_to_at >= delivered.effective_at, true)
        ) as is_held,
        exists(
            select 1 from {{ ref('channel_history') }} as stored
            where stored.channel_hk = delivered.channel_hk
                and stored.change_hash = delivered.change_hash
                and stored.valid_from_at = delivered.effective_at
                and stored.load_id = delivered.load_id
        ) as is_first,
        delivered.channel_hk <> {{ zero_key() }} as has_key,
        delivered.load_id,
        delivered.row_number
    from {{ ref('stg_channels__channels') }} as delivered
    left join {{ ref('hub_channel') }} as hub_channel
        on delivered.channel_hk = hub_channel.channel_hk
    left join {{ ref('hub_broadcaster') }} as broadcaster
        on delivered.broadcaster_hk = broadcaster.broadcaster_hk
    left join {{ ref('link_channel_broadcaster') }} as relation
        on delivered.channel_broadcaster_hk = relation.channel_broadcaster_hk

)

select * from events
union all
select * from programmes
union all
select * from channels
