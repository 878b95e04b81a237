{{ config(meta={'dagster': {'ref': {'name': 'programme_ratings'}}}) }}

with

compared as (

    select
        schedule_slot_hk,
        consolidation,
        viewing_seconds,
        viewers,
        viewers_weighted,
        reach,
        lag(viewing_seconds) over by_width as narrower_viewing_seconds,
        lag(viewers) over by_width as narrower_viewers,
        lag(viewers_weighted) over by_width as narrower_viewers_weighted,
        lag(reach) over by_width as narrower_reach
    from {{ rows_to_test(ref('programme_ratings')) }} as programme_ratings
    window by_width as (
        partition by schedule_slot_hk
        order by
            case consolidation
                when 'live' then 1
                when 'overnight' then 2
                when 'consolidated_7' then 3
                else 4
            end
    )

)

select * from compared
where viewing_seconds < narrower_viewing_seconds
    or viewers < narrower_viewers
    or viewers_weighted < narrower_viewers_weighted
    or reach < narrower_reach
