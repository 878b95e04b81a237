"""The feed `web_events`: drops of packed JSON lines per date, of what visitors of a site do."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.catalogue import CAMPAIGNS, titles_of
from ingest.simulate.delivery import Delivery
from ingest.simulate.people import FIRST_HOUSEHOLD
from ingest.simulate.plan import SimulationPlan, day_number
from ingest.simulate.playback import STATES
from ingest.simulate.viewing import Boxes
from ingest.simulate.visits import (
    AGENTS,
    REFERRERS,
    TYPES,
    VISITORS_PER_BOX,
    Visitors,
    events_of,
    pages,
    visitors_of,
)
from ingest.simulate.writing import JSON_LINES, Drop, text, write_drop

COUNTRIES = ("SA", "SA", "EG", "AE")
"""One for each of the cities that boxes stand in."""
SPELLED_SHARE = 0.05
"""Share of the tags of campaigns that somebody typed in upper case, with a blank."""
NO_ID, WRONG_TIME, NO_TYPE, WRONG_STATE = FAULTS = 1, 2, 3, 4
AS_DELIVERED = f"""
select
    case when fault <> {NO_ID} then to_hex(event) end as event_id,
    case
        when fault = {WRONG_TIME} then 'just now'
        else strftime(make_timestamp(at_ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')
    end as event_at,
    case when fault <> {NO_TYPE} then event_type end as event_type,
    cookie as visitor_id,
    account as account_id,
    'pv-' || opened_ms as page_view_id,
    case when campaign is null then page_path else page_path || '?from=' || source end as page,
    title_id,
    case when position_ms >= 0 then (position_ms / 1000)::decimal(12, 3) end as position_seconds,
    case when length_ms >= 0 then (length_ms / 1000)::decimal(12, 3) end as length_seconds,
    case when fault = {WRONG_STATE} then 'asleep' else player_state end as player_state,
    event_type = 'subscribe' as is_key_event,
    referred_from as referrer,
    source as utm_source,
    medium as utm_medium,
    case when is_shouted then upper(campaign) || ' ' else campaign end as utm_campaign,
    device,
    user_agent,
    country
from delivered
"""
"""Sessions are for the warehouse to compute, and no page has two players."""


def write(folder: Path, plan: SimulationPlan, boxes: Boxes, part: str) -> Iterator[Drop]:
    """Write a drop per date, as stb_events does, of what happened on it."""
    visitors = visitors_of(plan, boxes)
    delivery = Delivery(plan, "web_events", boxes.number)
    for day in (plan.start - timedelta(days=1), *plan.dates):
        delivery.send(_events(plan, visitors, boxes, day), day)
        rows = None if day < plan.start else delivery.due(day, len(FAULTS))
        if rows is not None:
            yield write_drop(
                folder / "web_events" / f"web_events_{day:%Y%m%d}{part}.json.gz",
                _columns(rows, plan, visitors, boxes),
                AS_DELIVERED,
                options=JSON_LINES,
            )


def _events(plan: SimulationPlan, visitors: Visitors, boxes: Boxes, day: date) -> pd.DataFrame:
    """Events of the visits that start on a date, each with a number of its own."""
    events = events_of(plan, visitors, boxes, day)
    first = ((day_number(day) << 11) + boxes.number) << 26
    numbers = first + np.arange(len(events), dtype=np.uint64)
    random = plan.random("tags", day.toordinal(), boxes.number)
    return events.assign(
        at=events["at_ms"] // 1_000,
        event=_mixed(numbers ^ np.uint64(plan.seed << 53 & 2**64 - 1)),
        is_shouted=random.random(len(events)) < SPELLED_SHARE,
    )


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """As many different numbers that look random: the finalizer of SplitMix64."""
    numbers = (numbers ^ numbers >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ numbers >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return numbers ^ numbers >> np.uint64(31)


def _columns(
    rows: pd.DataFrame, plan: SimulationPlan, visitors: Visitors, boxes: Boxes
) -> pd.DataFrame:
    """Columns as delivered but for instants and numbers; text as codes and their few values."""
    visitor, campaign = rows["visitor"].to_numpy(), rows["campaign"].to_numpy()
    box, agent = visitor // VISITORS_PER_BOX, visitors.agent[visitor]
    accounts = [str(FIRST_HOUSEHOLD + boxes.first + number) for number in range(boxes.size)]
    sources, mediums, campaigns = zip(*CAMPAIGNS, strict=True)
    devices, user_agents = zip(*AGENTS, strict=True)
    columns = {
        "event_type": (rows["type"].to_numpy(), TYPES),
        "cookie": (visitor, visitors.cookies),
        "account": (np.where(rows["is_signed_in"], box, -1), accounts),
        "page_path": (rows["page"].to_numpy(), pages()),
        "title_id": (rows["title"].to_numpy(), titles_of(plan)["title_id"].tolist()),
        "player_state": (rows["state"].to_numpy(), STATES),
        "referred_from": (rows["referrer"].to_numpy(), REFERRERS),
        "source": (campaign, sources),
        "medium": (campaign, mediums),
        "campaign": (campaign, campaigns),
        "device": (agent, devices),
        "user_agent": (agent, user_agents),
        "country": (boxes.city[box], COUNTRIES),
    }
    return rows.assign(**{name: text(*coded) for name, coded in columns.items()})
