-- Grain: one row per drop that the last build read.

{{ config(materialized='view') }}

with

raw_counts as (

    select
        feed,
        load_id,
        count(*) as rows_in_raw,
        sum(case when has_key then 0 else 1 end) as rows_without_key,
        sum(case when is_held then 1 else 0 end) as rows_held,
        count(distinct case when is_held and is_first then row_hk end) as distinct_events
    from {{ ref('delivered_rows') }}
    group by feed, load_id

),

vault_counts as (

    select
        feed,
        load_id,
        count(*) as rows_in_vault
    from {{ ref('vault_rows') }}
    group by feed, load_id

),

quarantine_counts as (

    select
        feed,
        load_id,
        count(*) as rows_in_quarantine
    from {{ ref('stg_ledger__quarantine') }}
    group by feed, load_id

),

loads as (

    select * from {{ ref('stg_ledger__loads') }}

),

drops as (

    select
        feed,
        load_id
    from loads
    union
    select
        feed,
        load_id
    from raw_counts
    union
    select
        feed,
        load_id
    from vault_counts
    union
    select
        feed,
        load_id
    from quarantine_counts

),

seconds_by_drop as (

    select
        affected_dates.feed,
        affected_dates.load_id,
        sum(cast(seconds_by_date.seconds_in_vault as decimal(24, 6))) as seconds_in_vault,
        sum(cast(seconds_by_date.seconds_in_marts as decimal(24, 6))) as seconds_in_marts,
        sum(seconds_by_date.totals_that_differ) as totals_that_differ
    from {{ ref('affected_dates') }} as affected_dates
    inner join {{ ref('seconds_by_date') }} as seconds_by_date
        on affected_dates.broadcast_date = seconds_by_date.broadcast_date
    group by affected_dates.feed, affected_dates.load_id

),

last_build as (

    select max(as_of_load) as as_of_load from {{ build_table('builds') }}

),

counted as (

    select
        drops.feed,
        loads.url as file,
        coalesce(loads.rows_read, 0) as rows_in_file,
        coalesce(loads.rows_loaded, 0) as rows_loaded,
        coalesce(loads.rows_quarantined, 0) as rows_quarantined,
        coalesce(raw_counts.rows_in_raw, 0) as rows_in_raw,
        coalesce(quarantine_counts.rows_in_quarantine, 0) as rows_in_quarantine,
        coalesce(raw_counts.rows_without_key, 0) as rows_without_key,
        coalesce(raw_counts.distinct_events, 0) as distinct_events,
        coalesce(raw_counts.rows_held - raw_counts.distinct_events, 0) as exact_repeats,
        coalesce(vault_counts.rows_in_vault, 0) as rows_in_vault,
        coalesce(seconds_by_drop.seconds_in_vault, 0) as seconds_in_vault,
        coalesce(seconds_by_drop.seconds_in_marts, 0) as seconds_in_marts,
        coalesce(seconds_by_drop.totals_that_differ, 0) as totals_that_differ,
        drops.load_id
    from drops
    left join loads on drops.feed = loads.feed and drops.load_id = loads.load_id
    left join raw_counts on drops.feed = raw_counts.feed and drops.load_id = raw_counts.load_id
    left join vault_counts
        on drops.feed = vault_counts.feed and drops.load_id = vault_counts.load_id
    left join quarantine_counts
        on drops.feed = quarantine_counts.feed and drops.load_id = quarantine_counts.load_id
    left join seconds_by_drop
        on drops.feed = seconds_by_drop.feed and drops.load_id = seconds_by_drop.load_id
    where drops.load_id <= (select last_build.as_of_load from last_build)

)

select
    feed,
    file,
    cast(rows_in_file as bigint) as rows_in_file,
    cast(rows_loaded as bigint) as rows_loaded,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(rows_in_raw as bigint) as rows_in_raw,
    cast(rows_in_quarantine as bigint) as rows_in_quarantine,
    cast(rows_without_key as bigint) as rows_without_key,
    cast(distinct_events as bigint) as distinct_events,
    cast(exact_repeats as bigint) as exact_repeats,
    cast(rows_in_vault as bigint) as rows_in_vault,
    cast(seconds_in_vault as {{ type_double() }}) as seconds_in_vault,
    cast(seconds_in_marts as {{ type_double() }}) as seconds_in_marts,
    cast(
        abs(rows_in_file - rows_loaded - rows_quarantined)
        + abs(rows_loaded - rows_in_raw)
        + abs(rows_quarantined - rows_in_quarantine)
        + (rows_in_raw - distinct_events - exact_repeats)
        + abs(rows_in_vault - distinct_events)
        + totals_that_differ
        as bigint
    ) as unexplained_rows,
    load_id
from counted
