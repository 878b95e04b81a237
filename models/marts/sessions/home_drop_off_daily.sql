-- Grain: one row per broadcast date, campaign, device and country.
-- A campaign's spend is shared out among its sessions of the date, so that it can be summed;
-- spend of a date without sessions has a row of its own. A view, as sessions is.

{{ config(materialized='view') }}

with

counts as (

    select
        broadcast_date,
        last_campaign_id as campaign_id,
        device,
        country,
        count(*) as sessions,
        sum(case when is_engaged then 1 else 0 end) as engaged_sessions,
        sum(case when is_new_visitor then 1 else 0 end) as new_visitors,
        sum(case when is_home_landing then 1 else 0 end) as home_landings,
        sum(case when is_home_drop_off then 1 else 0 end) as home_drop_offs,
        sum(case when landed_home_did_not_watch then 1 else 0 end) as home_landings_not_watched,
        sum(case when exited_from_home then 1 else 0 end) as home_exits
    from {{ ref('sessions') }}
    group by broadcast_date, last_campaign_id, device, country

),

shares as (

    select
        *,
        cast(sessions as {{ type_double() }})
        / sum(sessions) over (partition by broadcast_date, campaign_id) as share_of_campaign
    from counts

),

spend as (

    select
        campaign.campaign_id,
        history.currency,
        cast(history.amount as {{ type_double() }}) as amount,
        campaign_spend.spend_date
    from {{ ref('campaign_spend_history') }} as history
    inner join {{ ref('link_campaign_spend') }} as campaign_spend
        on history.campaign_spend_hk = campaign_spend.campaign_spend_hk
    inner join {{ ref('hub_campaign') }} as campaign
        on campaign_spend.campaign_hk = campaign.campaign_hk
    where history.is_current and campaign_spend.campaign_hk <> {{ zero_key() }}

),

combined as (

    select
        coalesce(shares.campaign_id, spend.campaign_id) as campaign_id,
        shares.device,
        shares.country,
        spend.currency,
        coalesce(shares.sessions, 0) as sessions,
        coalesce(shares.engaged_sessions, 0) as engaged_sessions,
        coalesce(shares.new_visitors, 0) as new_visitors,
        coalesce(shares.home_landings, 0) as home_landings,
        coalesce(shares.home_drop_offs, 0) as home_drop_offs,
        coalesce(shares.home_landings_not_watched, 0) as home_landings_not_watched,
        coalesce(shares.home_exits, 0) as home_exits,
        spend.amount * coalesce(shares.share_of_campaign, 1) as spend,
        coalesce(shares.broadcast_date, spend.spend_date) as broadcast_date
    from shares
    full outer join spend
        on shares.campaign_id = spend.campaign_id and shares.broadcast_date = spend.spend_date

)

select
    campaign_id,
    device,
    country,
    currency,
    cast(sessions as bigint) as sessions,
    cast(engaged_sessions as bigint) as engaged_sessions,
    cast(new_visitors as bigint) as new_visitors,
    cast(home_landings as bigint) as home_landings,
    cast(home_drop_offs as bigint) as home_drop_offs,
    cast(home_landings_not_watched as bigint) as home_landings_not_watched,
    cast(home_exits as bigint) as home_exits,
    cast(home_drop_offs as {{ type_double() }}) / nullif(home_landings, 0) as home_drop_off_rate,
    spend,
    spend / nullif(sessions, 0) as cost_per_session,
    spend / nullif(engaged_sessions, 0) as cost_per_engaged_session,
    spend / nullif(new_visitors, 0) as cost_per_new_visitor,
    broadcast_date
from combined
