"""How set-top boxes are used: sessions, zapping, long stays, heartbeats, silence.

Everything is an array over sessions, stays or events; nothing loops over them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.market import HOUR_WEIGHTS, Market, market_of
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number

Integers = NDArray[np.int64]

CODES = ("SSTART", "ELWS", "SALIVE", "SSTAND")
SSTART, ELWS, SALIVE, SSTAND = range(4)

BLOCK_BOXES = 5_000
"""Boxes simulated at once: about 260,000 events a day. A part of what a seed means."""
CITIES = ((46.7152, 24.6537), (39.2192, 21.5169), (31.2357, 30.0444), (55.2708, 25.2048))
"""Longitude and latitude of where boxes stand."""
HEARTBEAT_SECONDS = 600
FAVOURITES = 4
FAVOURITE_SHARE = 0.5
"""Share of stays on one of the box's favourite channels."""
REST_SECONDS = 30
"""A box stays off at least this long."""
SHORTEST_SESSION_SECONDS, LONGEST_SESSION_SECONDS = 60, 12 * 3_600
SESSION_MEDIAN_SECONDS, SESSION_SPREAD = 3_000, 1.0
ZAP_SHARE, BROWSE_SHARE = 0.65, 0.20
"""The rest are long stays. Short stays in a row are a zapping burst: three on average."""
ZAP_MEAN_SECONDS = 7.0
BROWSE_SECONDS = (30, 480)
LONG_MEDIAN_SECONDS, LONG_SPREAD = 1_800, 0.8
MEAN_STAY_SECONDS = 430


@dataclass(frozen=True)
class Boxes:
    """A block of boxes: what they are and like, the same on every date."""

    number: int
    first: int
    """Number of the block's first box in the market."""
    activity: NDArray[np.float64]
    """Sessions per day, relative to the mean."""
    favourites: NDArray[np.int16]
    """Channels, box by FAVOURITES."""
    city: NDArray[np.int64]
    """Where each box stands: index into CITIES."""
    macs: list[str]

    @property
    def size(self) -> int:
        """Number of boxes."""
        return len(self.activity)


@dataclass(frozen=True)
class Viewing:
    """What a block's boxes show in the sessions that start on a date; instants in epoch seconds.

    The stays of a box follow each other without overlap, also across midnight.
    """

    box: Integers
    """Of each session, as its number within the block."""
    start: Integers
    end: Integers
    is_silent: NDArray[np.bool_]
    """Whether the box falls silent: nobody is told of the session's end."""
    session: Integers
    """Of each stay, as its position above."""
    tuned: Integers
    left: Integers
    channel: NDArray[np.int16]


def blocks_of(plan: SimulationPlan) -> list[Boxes]:
    """The boxes of the market in blocks."""
    market = market_of(plan)
    blocks = []
    for number, first in enumerate(range(0, plan.boxes, BLOCK_BOXES)):
        random = plan.random("boxes", number)
        size = min(BLOCK_BOXES, plan.boxes - first)
        activity = random.gamma(3.0, 1 / 3.0, size)
        favourites = market.tune(random, (size, FAVOURITES))
        macs = [_mac(plan, box) for box in range(first, first + size)]
        city = random.integers(0, len(CITIES), size)
        blocks.append(Boxes(number, first, activity, favourites, city, macs))
    return blocks


def _mac(plan: SimulationPlan, box: int) -> str:
    """What the platform makes of a box's hardware address."""
    return hashlib.md5(f"{plan.seed}:{box}".encode(), usedforsecurity=False).hexdigest()


def viewing_of(plan: SimulationPlan, boxes: Boxes, day: date) -> Viewing:
    """The sessions that start on a date, and their stays; the last ones may end on the next."""
    random = plan.random("viewing", day.toordinal(), boxes.number)
    box, start, end, is_silent = _sessions(plan, boxes, day, random)
    session, tuned, left = _stays(start, end, random)
    channel = _channels(market_of(plan), boxes, box[session], session, random)
    return Viewing(box, start, end, is_silent, session, tuned, left, channel)


def events_of(viewing: Viewing) -> pd.DataFrame:
    """What the boxes tell of it.

    Columns: box (within the block), at (epoch seconds), code (index into CODES), channel (index
    into the market's channels, -1 for none). At most two events of a box share a second, on two
    channels.
    """
    beats = np.maximum(0, viewing.left - viewing.tuned - 1) // HEARTBEAT_SECONDS
    stay = np.repeat(np.arange(len(beats)), beats)
    beat_at = viewing.tuned[stay] + HEARTBEAT_SECONDS * (within(beats) + 1)
    box, channel, off = viewing.box[viewing.session], viewing.channel, ~viewing.is_silent
    parts = (
        (viewing.box, viewing.start, SSTART, None),
        (box, viewing.tuned, ELWS, channel),
        (box[stay], beat_at, SALIVE, channel[stay]),
        (viewing.box[off], viewing.end[off], SSTAND, None),
    )
    none = np.int16(-1)
    return pd.DataFrame(
        {
            "box": np.concatenate([b for b, _, _, _ in parts]).astype(np.int32),
            "at": np.concatenate([at for _, at, _, _ in parts]),
            "code": np.concatenate([np.full(len(b), c, np.int8) for b, _, c, _ in parts]),
            "channel": np.concatenate(
                [np.full(len(b), none) if c is None else c for b, _, _, c in parts]
            ),
        }
    )


def within(counts: Integers) -> Integers:
    """0, 1, … for each group of the given sizes."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def starts(
    random: np.random.Generator, rates: NDArray[np.float64], day: date
) -> tuple[Integers, Integers]:
    """Who starts something on a date, by the mean number of times of each, and the epoch second.

    Ordered by both.
    """
    count = random.poisson(rates)
    who = np.repeat(np.arange(len(rates)), count)
    hour = random.choice(24, len(who), p=HOUR_WEIGHTS / HOUR_WEIGHTS.sum())
    second = hour * 3_600 + random.integers(0, 3_600, len(who))
    key = np.sort(who * DAY_SECONDS + second)
    midnight = day_number(day) * DAY_SECONDS
    return key // DAY_SECONDS, midnight + key % DAY_SECONDS


def _starts(plan: SimulationPlan, boxes: Boxes, day: date) -> tuple[Integers, Integers]:
    """Box and epoch second of each time a box is switched on."""
    random = plan.random("starts", day.toordinal(), boxes.number)
    return starts(random, boxes.activity * plan.sessions_per_day, day)


def _sessions(
    plan: SimulationPlan, boxes: Boxes, day: date, random: np.random.Generator
) -> tuple[Integers, Integers, Integers, NDArray[np.bool_]]:
    """Box, start, end and whether the box falls silent, for each session that starts on the date.

    A session ends before the box's next one starts, be it on the next date. Silence is an early
    end of which nobody is told.
    """
    box, start = _starts(plan, boxes, day)
    tomorrow_box, tomorrow_start = _starts(plan, boxes, day + timedelta(days=1))
    first_tomorrow = np.full(boxes.size, np.iinfo(np.int64).max)
    np.minimum.at(first_tomorrow, tomorrow_box, tomorrow_start)

    following = first_tomorrow[box]
    same_box = box[1:] == box[:-1]
    following[:-1][same_box] = start[1:][same_box]
    seconds = random.lognormal(np.log(SESSION_MEDIAN_SECONDS), SESSION_SPREAD, len(box))
    end = np.minimum(
        start + np.minimum(seconds, LONGEST_SESSION_SECONDS).astype(np.int64),
        following - REST_SECONDS,
    )
    silent = random.random(len(box)) < plan.silent_share
    heard = random.uniform(0.2, 1.0, len(box))
    end = np.where(silent, start + ((end - start) * heard).astype(np.int64), end)
    kept = end - start >= SHORTEST_SESSION_SECONDS
    return box[kept], start[kept], end[kept], silent[kept]


def _stays(
    start: Integers, end: Integers, random: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Session, tuning and leaving of each stay; a session's last stay lasts to its end."""
    on_screen = start + random.integers(3, 15, len(start))  # a box takes seconds to start
    count = 1 + (end - start) // MEAN_STAY_SECONDS
    session = np.repeat(np.arange(len(start)), count)
    size = len(session)
    kind = random.random(size)
    seconds = np.where(
        kind < ZAP_SHARE,
        random.exponential(ZAP_MEAN_SECONDS, size),
        np.where(
            kind < ZAP_SHARE + BROWSE_SHARE,
            random.uniform(*BROWSE_SECONDS, size),
            random.lognormal(np.log(LONG_MEDIAN_SECONDS), LONG_SPREAD, size),
        ),
    ).astype(np.int64)
    seconds[1:][(seconds[1:] == 0) & (seconds[:-1] == 0)] = 1
    before = np.cumsum(seconds) - seconds
    first = np.cumsum(count) - count
    tuned = on_screen[session] + before - np.repeat(before[first], count)
    kept = tuned < end[session]
    session, tuned = session[kept], tuned[kept]
    left = end[session]
    same = session[1:] == session[:-1]
    left[:-1][same] = tuned[1:][same]
    return session, tuned, left


def _channels(
    market: Market, boxes: Boxes, box: Integers, session: Integers, random: np.random.Generator
) -> NDArray[np.int16]:
    """Channel of each stay: by popularity or a favourite, never the one before in its session."""
    channel = market.tune(random, len(box))
    favourite = random.random(len(box)) < FAVOURITE_SHARE
    pick = random.integers(0, FAVOURITES, len(box))
    channel = np.where(favourite, boxes.favourites[box, pick], channel)
    again = _repeated(channel, session)
    while len(again):
        channel[again] = market.tune(random, len(again))
        again = _repeated(channel, session)
    return channel


def _repeated(channel: NDArray[np.int16], session: Integers) -> Integers:
    """Positions of the stays on the same channel as the one before."""
    same = (channel[1:] == channel[:-1]) & (session[1:] == session[:-1])
    return np.flatnonzero(same) + 1
