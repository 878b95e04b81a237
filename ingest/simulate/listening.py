"""How an audio service is used: sessions of songs, skips, other pages, plans that change."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate.catalogue import SONGS, popular, songs_of
from ingest.simulate.people import FAMILY_NAMES, GIVEN_NAMES
from ingest.simulate.plan import SimulationPlan, day_number
from ingest.simulate.viewing import Boxes, Integers, starts

PAGES = (
    ("NextSong", "PUT", 200), ("Home", "GET", 200), ("Login", "PUT", 307), ("Logout", "PUT", 307),
    ("Settings", "GET", 200), ("Save Settings", "PUT", 307), ("Help", "GET", 200),
    ("About", "GET", 200), ("Downgrade", "GET", 200), ("Error", "GET", 404),
    ("Upgrade", "GET", 200), ("Submit Upgrade", "PUT", 307),
)  # fmt: skip
"""Page, and the method and status of its request."""
NEXT_SONG, HOME, LOGIN, LOGOUT, SETTINGS = range(5)
UPGRADE, SUBMIT_UPGRADE = len(PAGES) - 2, len(PAGES) - 1
LISTENER_SHARE = 0.5
"""Share of the boxes' households one of whose members listens, with the household's account."""
SESSIONS_PER_DAY = 0.8
STRANGER_SHARE, LOGIN_SHARE = 0.1, 0.1
"""Share of sessions in which nobody signs in, and in which somebody does after the home page."""
HOME_SHARE, LOGOUT_SHARE = 0.5, 0.06
NOTHING_SHARE = 0.15
"""Share of sessions that go no further."""
GOES_ON_SHARE = 0.9
"""Chance of another song or page after each: ten on average."""
MOST_ITEMS = 150
OTHER_PAGE_SHARE, SKIPPED_SHARE = 0.06, 0.08
PAID_SHARE, UPGRADED_SHARE, UPGRADED_WITHIN_DAYS = 0.25, 0.1, 28
"""Listeners who pay from before the first date, and who begin to within so many days of it."""
PAGE_MS = (1_000, 40_000)
LONGEST_MEMBERSHIP_DAYS = 400


@dataclass(frozen=True)
class Listeners:
    """Who of a block's households listens, the same on every date."""

    box: Integers
    """Within the block."""
    activity: NDArray[np.float64]
    upgraded: Integers
    """From when on each pays, in days since 1970-01-01."""
    registered_ms: Integers
    given_name: Integers
    """Index into GIVEN_NAMES; the next as well."""
    family_name: Integers
    is_female: NDArray[np.bool_]
    agent: Integers


def listeners_of(plan: SimulationPlan, boxes: Boxes, agents: int) -> Listeners:
    """The listeners of a block, each with one of so many user agents."""
    random = plan.random("listeners", boxes.number)
    box = np.flatnonzero(random.random(boxes.size) < LISTENER_SHARE)
    size, today = len(box), day_number(plan.start)
    kind = random.random(size)
    changes = kind < PAID_SHARE + UPGRADED_SHARE
    upgraded = np.where(changes, random.integers(0, UPGRADED_WITHIN_DAYS, size), 100_000)
    return Listeners(
        box=box,
        activity=random.gamma(2.0, 0.5, size),
        upgraded=today + np.where(kind < PAID_SHARE, -UPGRADED_WITHIN_DAYS, upgraded),
        registered_ms=(today - random.integers(30, LONGEST_MEMBERSHIP_DAYS, size)) * 86_400_000
        + random.integers(0, 86_400_000, size),
        given_name=random.integers(0, len(GIVEN_NAMES), size),
        family_name=random.integers(0, len(FAMILY_NAMES), size),
        is_female=random.random(size) < 0.5,
        agent=random.integers(0, agents, size),
    )


def events_of(plan: SimulationPlan, listeners: Listeners, boxes: Boxes, day: date) -> pd.DataFrame:
    """The events of the sessions that start on a date.

    Columns: listener (within the block), session (a number of its own), item (in the session),
    at_ms (epoch milliseconds), page (index into PAGES), song (index into the songs, -1 for none),
    is_known (who it is), is_paid.
    """
    random = plan.random("listening", day.toordinal(), boxes.number)
    listener, start = starts(random, listeners.activity * SESSIONS_PER_DAY, day)
    start_ms = start * 1_000 + random.integers(0, 1_000, len(start))
    is_first = np.append(True, listener[1:] != listener[:-1])[: len(listener)]
    upgrades = is_first & (listeners.upgraded[listener] == day_number(day))
    session, page = _pages(random, upgrades)
    size = len(session)
    song = np.where(page == NEXT_SONG, popular(random, SONGS, size), -1)
    lasts = _lasts(random, session, song, songs_of(plan)["duration"].to_numpy())
    before = np.cumsum(lasts) - lasts
    first = np.searchsorted(session, np.arange(len(listener)))
    is_stranger = page < 0
    page = np.where(is_stranger, -page, page)
    submits = np.where(page == SUBMIT_UPGRADE, np.arange(size), size)
    submitted = np.full(len(listener), size)
    np.minimum.at(submitted, session, submits)
    has_paid = listeners.upgraded[listener] < day_number(day)
    return pd.DataFrame(
        {
            "listener": listener[session].astype(np.int32),
            "session": (day_number(day) * 10_000 + boxes.number) * 100_000 + session,
            "item": np.arange(size) - first[session],
            "at_ms": start_ms[session] + before - before[first][session],
            "page": page.astype(np.int8),
            "song": song.astype(np.int16),
            "is_known": ~is_stranger,
            "is_paid": (has_paid[session] | (np.arange(size) > submitted[session])) & ~is_stranger,
        }
    )


def _pages(random: np.random.Generator, upgrades: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Session and page of each item, in order; the pages of strangers are negative."""
    size = len(upgrades)
    kind = random.random(size)
    stays_out = (kind < STRANGER_SHARE) & ~upgrades
    logs_in = (kind < STRANGER_SHARE + LOGIN_SHARE) & ~stays_out
    sees_home = ~stays_out & (upgrades | (random.random(size) < HOME_SHARE))
    items = np.minimum(random.geometric(1 - GOES_ON_SHARE, size), MOST_ITEMS)
    has_items = ~stays_out & ~(sees_home & (random.random(size) < NOTHING_SHARE))
    items = np.where(has_items, items, 0)
    logs_out = has_items & (random.random(size) < LOGOUT_SHARE)
    session = np.repeat(np.arange(size), items)
    is_other = random.random(len(session)) < OTHER_PAGE_SHARE
    other = random.integers(SETTINGS, UPGRADE, len(session))
    parts = (
        (np.flatnonzero(stays_out | logs_in), -HOME),
        (np.flatnonzero(logs_in), -LOGIN),
        (np.flatnonzero(sees_home), HOME),
        (np.flatnonzero(upgrades), UPGRADE),
        (np.flatnonzero(upgrades), SUBMIT_UPGRADE),
        (session, np.where(is_other, other, NEXT_SONG)),
        (np.flatnonzero(logs_out), LOGOUT),
    )
    of = np.concatenate([who for who, _ in parts])
    pages = np.concatenate([np.broadcast_to(page, len(who)) for who, page in parts])
    order = np.argsort(of, kind="stable")
    return of[order], pages[order]


def _lasts(
    random: np.random.Generator,
    session: Integers,
    song: Integers,
    seconds: NDArray[np.float64],
) -> Integers:
    """Milliseconds from each item to the next: other pages are looked at while a song plays."""
    size, is_song = len(session), song >= 0
    played = (seconds[song] * 1_000).astype(np.int64)
    is_skipped = random.random(size) < SKIPPED_SHARE
    played = np.where(is_skipped, played * random.uniform(0.01, 1, size), played).astype(np.int64)
    looked = random.integers(*PAGE_MS, size)
    goes_on = (session[1:] == session[:-1]) & is_song[:-1] & ~is_song[1:]
    lasts = np.where(is_song, played, looked)
    cut = np.minimum(looked[:-1], played[:-1] // 2)[goes_on]
    lasts[1:][goes_on] = played[:-1][goes_on] - cut
    lasts[:-1][goes_on] = cut
    return lasts
