"""The feed `tv_sessions`: what members of the panel watched, as the meters of their boxes tell."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.delivery import Delivery
from ingest.simulate.market import market_of
from ingest.simulate.people import panel_of
from ingest.simulate.plan import SimulationPlan, day_number
from ingest.simulate.viewing import Boxes, Integers, Viewing, viewing_of, within
from ingest.simulate.writing import Drop, text, write_drop

PRESENT_SHARE = 0.6
"""Share of a household's members who watch a session."""
LATE_COMER_SHARE = 0.3
"""Share of viewers who come after a session's start or leave before its end."""
RECORDED_SHARE = 0.15
"""Share of long stays that play back a programme of the channel's schedule."""
LONG_STAY_SECONDS = 600
LAGS_HOURS = ((1, 8), (9, 168), (169, 672), (673, 960))
LAG_SHARES = (0.4, 0.4, 0.15, 0.05)
"""Played back the same day in general, within 7 days, within 28, or later."""
FAST_SHARE = 0.05
"""Share of play-backs at twice the normal speed."""
OVERRUN_SECONDS = 600
NO_VIEWER, NO_CHANNEL, WRONG_START, WRONG_DURATION = FAULTS = 1, 2, 3, 4
INSTANT = "'%Y-%m-%dT%H:%M:%SZ'"
AS_DELIVERED = f"""
select
    case when fault <> {NO_VIEWER} then viewer end as viewer,
    household,
    device,
    case when fault <> {NO_CHANNEL} then channel_name end as channel,
    case
        when fault = {WRONG_START} then 'yesterday'
        else strftime(make_timestamp("at" * 1000000), {INSTANT})
    end as started_at,
    case
        when not is_timed then strftime(make_timestamp(("at" + seconds) * 1000000), {INSTANT})
    end as ended_at,
    case
        when fault = {WRONG_DURATION} then '-1'
        when is_timed then printf(
            '%02d:%02d:%02d', seconds // 3600, seconds // 60 % 60, seconds % 60
        )
    end as duration,
    broadcast_at is null as is_live,
    strftime(make_timestamp(broadcast_at * 1000000), {INSTANT}) as broadcast_at,
    play_speed,
    viewer || '-' || "at" as session_id
from delivered
"""
"""The meters of every other box tell durations, the others ends."""


def write(folder: Path, plan: SimulationPlan, boxes: Boxes, part: str) -> Iterator[Drop]:
    """Write a drop per date, as stb_events does, of the sessions that begin on it."""
    members = panel_of(plan, boxes)
    delivery = Delivery(plan, "tv_sessions", boxes.number)
    for day in (plan.start - timedelta(days=1), *plan.dates):
        delivery.send(_sessions(plan, boxes, members, day), day)
        rows = None if day < plan.start else delivery.due(day, len(FAULTS))
        if rows is not None:
            path = folder / "tv_sessions" / f"tv_sessions_{day:%Y%m%d}{part}.csv.gz"
            columns = _columns(rows, plan, boxes, members)
            yield write_drop(path, columns, AS_DELIVERED)


def _sessions(plan: SimulationPlan, boxes: Boxes, members: pd.DataFrame, day: date) -> pd.DataFrame:
    """Who watches which stay of the sessions that start on a date, from when and how long.

    Columns: member (position), channel, at (epoch seconds), seconds (null if the meter never told
    the end), broadcast_at and play_speed (both null where it is seen live).
    """
    random = plan.random("watching", day.toordinal(), boxes.number)
    viewing = viewing_of(plan, boxes, day)
    member, session, come, gone = _present(viewing, members, day, random)
    first = np.searchsorted(viewing.session, session, side="left")
    stays = np.searchsorted(viewing.session, session, side="right") - first
    stay = np.repeat(first, stays) + within(stays)
    member, come, gone = (np.repeat(each, stays) for each in (member, come, gone))
    at, end = np.maximum(viewing.tuned[stay], come), np.minimum(viewing.left[stay], gone)
    seen = end > at
    member, stay, at, end = member[seen], stay[seen], at[seen], end[seen]

    overruns = random.random(len(at)) < plan.overlap_share
    end = end + np.where(overruns, random.integers(1, OVERRUN_SECONDS, len(at)), 0)
    of = viewing.session[stay]
    is_untold = viewing.is_silent[of] & (viewing.left[stay] == viewing.end[of])
    broadcast_at = _broadcast_at(plan, viewing, random)[stay]
    is_live = broadcast_at < 0
    is_fast = ~is_live & (random.random(len(at)) < FAST_SHARE)
    played = (at - viewing.tuned[stay]) * np.where(is_fast, 2, 1)
    return pd.DataFrame(
        {
            "member": member,
            "channel": viewing.channel[stay],
            "at": at,
            "seconds": _unless(is_untold, end - at),
            "broadcast_at": _unless(is_live, broadcast_at + played),
            "play_speed": _unless(is_live, np.where(is_fast, 2, 1)),
        }
    )


def _present(
    viewing: Viewing, members: pd.DataFrame, day: date, random: np.random.Generator
) -> tuple[Integers, Integers, Integers, Integers]:
    """Member, session, coming and going of each who watches one; members are in order of boxes."""
    box = members["box"].to_numpy()
    first = np.searchsorted(box, viewing.box, side="left")
    count = np.searchsorted(box, viewing.box, side="right") - first
    session = np.repeat(np.arange(len(viewing.box)), count)
    member = np.repeat(first, count) + within(count)
    in_panel = (members["joined"].to_numpy() <= day_number(day)) & (
        members["left"].to_numpy() > day_number(day)
    )
    watches = in_panel[member] & (random.random(len(member)) < PRESENT_SHARE)
    member, session = member[watches], session[watches]
    come, gone = viewing.start[session], viewing.end[session]
    seconds = gone - come
    size = len(member)
    comes_late = random.random(size) < LATE_COMER_SHARE
    leaves_early = random.random(size) < LATE_COMER_SHARE
    absent = (seconds * random.uniform(0, 0.5, (2, size))).astype(np.int64)
    come = come + np.where(comes_late, absent[0], 0)
    gone = gone - np.where(leaves_early, absent[1], 0)
    return member, session, come, gone


def _broadcast_at(plan: SimulationPlan, viewing: Viewing, random: np.random.Generator) -> Integers:
    """When what a stay begins with had been broadcast; -1 where it is seen live."""
    market, size = market_of(plan), len(viewing.tuned)
    lags = np.array(LAGS_HOURS)[random.choice(len(LAGS_HOURS), size, p=LAG_SHARES)] * 3_600
    then = viewing.tuned - random.integers(lags[:, 0], lags[:, 1])
    is_recorded = (
        (random.random(size) < RECORDED_SHARE)
        & (viewing.left - viewing.tuned >= LONG_STAY_SECONDS)
        & (market.on_air(viewing.channel, then) > 0)
    )
    return np.where(is_recorded, market.slot_started(viewing.channel, then), -1)


def _columns(
    rows: pd.DataFrame, plan: SimulationPlan, boxes: Boxes, members: pd.DataFrame
) -> pd.DataFrame:
    """Columns as delivered but for instants; text as codes and their few values."""
    member = rows["member"].to_numpy()
    box = members["box"].to_numpy()[member]
    return rows.assign(
        viewer=text(member, members["viewer"].tolist()),
        household=members["household"].to_numpy()[member],
        device=text(box, boxes.macs),
        channel_name=text(rows["channel"].to_numpy(), market_of(plan).names),
        is_timed=box % 2 == 0,
    )


def _unless(missing: NDArray[np.bool_], numbers: Integers) -> pd.Series:
    return pd.Series(numbers, dtype="Int64").mask(missing)
