-- The columns of channel_ratings_daily from set-top-box events in Parquet, by the rules of docs/metrics.md with the
-- settings of dbt_project.yml: cleaned, each event once, in order, held 12 minutes, split at midnight UTC.
with

delivered as (

    select
        mac as viewer,
        chname as channel_name,
        upper(
            case when regexp_matches(chname, '[\x{a0}\t\n\r]|  |^ | $')
                then nullif(trim(regexp_replace(chname, '[ \x{a0}\t\n\r]+', ' ', 'g')), '')
                else nullif(chname, '')
            end
        ) as channel_id,
        program_id,
        sat,
        code,
        eventdate + eventtime as event_at
    from read_parquet('{events}')

),

channels as (

    select
        channel_id,
        (row_number() over (order by channel_id))::smallint as channel
    from delivered
    where channel_id is not null
    group by channel_id

),

spellings as (

    select
        channel_id,
        first(spelling order by last_used_at desc, spelling) as channel_name
    from (
        select
            channel_id,
            trim(regexp_replace(channel_name, '[ \x{a0}\t\n\r]+', ' ', 'g')) as spelling,
            max(last_used_at) as last_used_at
        from (
            select
                channel_id,
                channel_name,
                max(event_at) as last_used_at
            from delivered
            where channel_id is not null
            group by channel_id, channel_name
        )
        group by all
    )
    group by channel_id

),

viewers as (

    select
        viewer,
        (row_number() over ())::integer as number,
        min(event_at)::date as first_date
    from delivered
    group by viewer

),

-- An event that was delivered twice is followed by itself at once, so the first of the two gives no stay.
events as (

    select
        viewers.number as viewer,
        epoch(delivered.event_at)::bigint as event_at,
        case delivered.code when 'SSTART' then 1 when 'SSTAND' then 3 else 2 end as rank,
        channels.channel,
        delivered.program_id,
        delivered.sat
    from delivered
    inner join viewers on delivered.viewer = viewers.viewer
    left join channels on delivered.channel_id = channels.channel_id

),

stays as (

    select
        viewer,
        channel,
        event_at as started_at,
        least(next_at, event_at + 720) as ended_at
    from (
        select
            *,
            coalesce(lead(event_at) over (
                partition by viewer
                order by event_at, rank, channel nulls first, program_id nulls first, sat nulls first
            ), event_at + 720) as next_at
        from events
    )
    where channel is not null and rank < 3 and next_at > event_at

),

followed_stays as (

    select
        *,
        lead(started_at, 1, 9999999999) over viewer_stays as next_at,
        lag(ended_at) over viewer_stays as previous_ended_at,
        lag(channel) over viewer_stays as previous_channel
    from stays
    window viewer_stays as (partition by viewer order by started_at)

),

numbered_stays as (

    select
        *,
        sum(case when previous_ended_at = started_at and previous_channel = channel then 0 else 1 end)
            over (partition by viewer order by started_at) as stay
    from followed_stays

),

whole_stays as (

    select
        viewer,
        channel,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(next_at) as next_at
    from numbered_stays
    group by viewer, channel, stay

),

-- A minute is the last stay's in it: the minute in which the next one starts is not this one's.
stays_by_date as (

    select
        viewer,
        channel,
        ended_at - started_at as stay_seconds,
        day,
        greatest(started_at, day * 86400) as started_at,
        least(ended_at, (day + 1) * 86400) as ended_at,
        next_at
    from (
        select
            *,
            unnest(range(started_at // 86400, (ended_at - 1) // 86400 + 1)) as day
        from whole_stays
    )

),

viewer_days as (

    select
        day,
        channel,
        viewer,
        sum(ended_at - started_at) as viewing_seconds,
        max(stay_seconds) as reach_seconds,
        sum(
            (ended_at - 1) // 60 - started_at // 60
            + case when next_at // 60 = (ended_at - 1) // 60 then 0 else 1 end
        ) as credited_minutes
    from stays_by_date
    group by day, channel, viewer

),

days as (

    select
        day,
        count(*) as day_viewers,
        count(*) filter (where credited_minutes > 0) as day_minute_viewers,
        sum(viewing_seconds) as day_viewing_seconds
    from (
        select
            day,
            viewer,
            sum(viewing_seconds) as viewing_seconds,
            sum(credited_minutes) as credited_minutes
        from viewer_days
        group by day, viewer
    )
    group by day

),

universes as (

    select
        days.day,
        count(*) as universe
    from days
    inner join viewers on date '1970-01-01' + days.day::integer >= viewers.first_date
    group by days.day

),

channel_days as (

    select
        day,
        channel,
        sum(viewing_seconds)::double as viewing_seconds,
        count(*) as viewers,
        count(*) filter (where reach_seconds >= 60) as reach_1min,
        count(*) filter (where reach_seconds >= 180) as reach_3min,
        count(*) filter (where reach_seconds >= 300) as reach_5min,
        count(*) filter (where reach_seconds >= 900) as reach_15min,
        sum(credited_minutes) as credited_minutes,
        count(*) filter (where credited_minutes > 0) as minute_viewers
    from viewer_days
    group by day, channel

)

select
    cast(md5('"' || channels.channel_id || '"') as uuid) as channel_hk,
    channels.channel_id,
    spellings.channel_name,
    null::varchar as channel_genre,
    null::varchar as broadcaster_name,
    'known viewers' as universe_source,
    viewing_seconds,
    viewing_seconds / 86400 as average_audience,
    100 * viewing_seconds / 86400 / universe as rating_pct,
    100 * viewing_seconds / day_viewing_seconds as share_pct,
    viewers,
    viewers::double as viewers_weighted,
    reach_1min::double as reach,
    reach_1min::double as reach_1min,
    reach_3min::double as reach_3min,
    reach_5min::double as reach_5min,
    reach_15min::double as reach_15min,
    100 * reach_1min / universe as reach_pct,
    viewing_seconds / viewers as average_seconds_per_viewer,
    viewing_seconds / universe as average_seconds_per_person,
    day_viewers,
    credited_minutes::bigint as credited_minutes,
    minute_viewers,
    day_minute_viewers,
    minute_viewers / day_minute_viewers as reach_of_day_viewers,
    credited_minutes / day_minute_viewers as trp_of_day_viewers,
    row_number() over (
        partition by channel_days.day order by viewing_seconds desc, channels.channel_id
    ) as rank_by_viewing,
    universe,
    86400 as day_seconds,
    date '1970-01-01' + channel_days.day::integer as broadcast_date
from channel_days
inner join channels on channel_days.channel = channels.channel
inner join spellings on channels.channel_id = spellings.channel_id
inner join days on channel_days.day = days.day
inner join universes on channel_days.day = universes.day
