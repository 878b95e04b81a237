"""How a site is used: visits from page to page, sign-ins, videos, and tabs that are left open.

Everything is an array over visits, pages or events; nothing loops over them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.simulate import playback
from ingest.simulate.catalogue import ARTICLES, CAMPAIGNS, VIDEOS, popular, titles_of
from ingest.simulate.market import PROGRAMME_GENRES
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.playback import playbacks
from ingest.simulate.viewing import Boxes, Integers, starts, within

TYPES = (
    "play", "heartbeat", "pause", "seek", "ended", "quality_change",
    "page_view", "page_ping", "click", "search", "sign_in", "subscribe",
)  # fmt: skip
"""The events of players first, as the module playback numbers them."""
VIEW, PING, CLICK, SEARCHED, SIGN_IN, SUBSCRIBE = range(len(playback.EVENTS), len(TYPES))
HOME, SEARCH, OFFERS, GENRE, WATCH, READ = range(6)
LANDING_SHARES = (0.45, 0.0, 0.03, 0.07, 0.25, 0.2)
PAGE_SHARES = (0.12, 0.1, 0.03, 0.25, 0.35, 0.15)
FIRST_PAGES = np.array([0, 1, 2, 3, 3 + len(PROGRAMME_GENRES), 3 + len(PROGRAMME_GENRES) + VIDEOS])
"""Number of the first page of each kind above; those of titles are in the order of the titles."""
STAY_MEDIANS_MS = np.array([15_000, 20_000, 25_000, 20_000, 20_000, 70_000])
STAY_SPREAD = 0.8
LONGEST_STAY_MS = 1_200_000
AGENTS = (
    ("mobile", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) Mobile/15E148 Safari/604.1"),
    ("mobile", "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0.0.0 Mobile Safari/537.36"),
    ("desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36"),
    ("desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) Version/17.2 Safari/605.1.15"),
    ("tablet", "Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) Version/17.2 Safari/604.1"),
    ("tv", "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) TV Safari/538.1"),
)
"""Kind of device and user agent."""
AGENT_SHARES = (0.25, 0.3, 0.2, 0.1, 0.07, 0.08)
VISITORS_PER_BOX = 2
"""Browsers and apps of a box's household."""
ACCOUNT_SHARE = 0.6
"""Share of households with an account."""
VISITS_PER_DAY = 0.6
SIGNED_IN_SHARE, SIGNS_IN_SHARE = 0.6, 0.15
"""Of the visits of who has an account: signed in from the start, or later on."""
CAMPAIGN_SHARE = 0.3
REFERRERS = (
    "https://www.google.com/",
    "https://m.facebook.com/",
    "https://news.example.org/culture?page=2",
)
REFERRED_SHARE = 0.3
LEAVES_HOME_SHARE = 0.15
"""Share of those who land on the home page that do nothing there, beside those who see no more."""
RELOAD_SHARE = 0.1
GOES_ON_SHARE = 0.65
"""Chance of another page after each."""
MOST_PAGES = 40
PLAYED_SHARE = 0.7
"""Share of the pages of videos on which the video is played."""
PING_MS = 20_000
FORGOTTEN_SHARE, FORGOTTEN_HOURS = 0.004, (1, 3)
"""Share of pages whose tab sends one more ping, hours later."""
CLICKED_SHARE = 0.3
SUBSCRIBED_SHARE = 0.1
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Visitors:
    """The browsers and apps of a block's households, the same on every date."""

    activity: NDArray[np.float64]
    """Visits per day, relative to the mean."""
    agent: Integers
    """Index into AGENTS."""
    has_account: NDArray[np.bool_]
    cookies: list[str]


def visitors_of(plan: SimulationPlan, boxes: Boxes) -> Visitors:
    """The visitors of a block, those of a box in a row."""
    random = plan.random("visitors", boxes.number)
    size = boxes.size * VISITORS_PER_BOX
    first = boxes.first * VISITORS_PER_BOX
    return Visitors(
        activity=random.gamma(1.5, 1 / 1.5, size),
        agent=random.choice(len(AGENTS), size, p=AGENT_SHARES),
        has_account=np.repeat(random.random(boxes.size) < ACCOUNT_SHARE, VISITORS_PER_BOX),
        cookies=[_cookie(plan, visitor) for visitor in range(first, first + size)],
    )


def _cookie(plan: SimulationPlan, visitor: int) -> str:
    text = f"{plan.seed}:visitor:{visitor}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


def pages() -> list[str]:
    """The paths of the site's pages, numbered as FIRST_PAGES says."""
    return [
        "/home",
        "/search",
        "/offers",
        *(f"/genre/{genre.lower().replace(' ', '-')}" for genre in PROGRAMME_GENRES),
        *(f"/watch/v-{number:03}" for number in range(1, VIDEOS + 1)),
        *(f"/read/a-{number:03}" for number in range(1, ARTICLES + 1)),
    ]


def events_of(plan: SimulationPlan, visitors: Visitors, boxes: Boxes, day: date) -> pd.DataFrame:
    """The events of the visits that start on a date.

    Columns: visitor (within the block), at_ms (epoch milliseconds), opened_ms (when the page was
    opened), type (index into TYPES), page (index into pages), title (index into the titles),
    length_ms (of the title, where the player tells it), position_ms, state (index into the player's
    STATES), campaign (index into CAMPAIGNS), referrer (index into REFERRERS), is_signed_in; -1 is
    none.
    """
    random = plan.random("visits", day.toordinal(), boxes.number)
    visitor, start = starts(random, visitors.activity * VISITS_PER_DAY, day)
    visits = _visits(random, visitors, visitor)
    opened = _pages(random, visits)
    length_ms = titles_of(plan)["length_ms"].to_numpy()
    player, elapsed = playbacks(random, length_ms[opened["title"].to_numpy()[opened["plays"]]])
    page_ms = opened["stay_ms"].to_numpy().copy()
    page_ms[opened["plays"]] += elapsed
    visit = opened["visit"].to_numpy()
    before = np.cumsum(page_ms) - page_ms
    first = np.searchsorted(visit, np.arange(len(visits)))
    start_ms = start * 1_000 + random.integers(0, 1_000, len(start))
    opened_ms = start_ms[visit] + before - before[first][visit]
    opened = opened.assign(opened_ms=opened_ms, page_ms=page_ms)
    told = _told(random, visits, opened, player)

    page, type_ = told["page_view"].to_numpy(), told["type"].to_numpy()
    visit, at_ms = visit[page], told["at_ms"].to_numpy()
    is_landing = (type_ == VIEW) & (opened["number"].to_numpy()[page] == 0)
    signs_in = type_ == SIGN_IN
    signed_in_ms = np.where(visits["is_signed_in"], 0, NEVER)
    signed_in_ms[visit[signs_in]] = at_ms[signs_in]
    title = opened["title"].to_numpy()[page]
    return told.drop(columns="page_view").assign(
        visitor=visitor[visit].astype(np.int32),
        opened_ms=opened_ms[page],
        page=opened["page"].to_numpy()[page],
        title=title,
        length_ms=np.where(type_ == playback.PLAY, length_ms[title], -1),
        campaign=np.where(is_landing, visits["campaign"].to_numpy()[visit], -1).astype(np.int8),
        referrer=np.where(is_landing, visits["referrer"].to_numpy()[visit], -1).astype(np.int8),
        is_signed_in=at_ms >= signed_in_ms[visit],
    )


def _visits(random: np.random.Generator, visitors: Visitors, visitor: Integers) -> pd.DataFrame:
    """How each visit begins, and how many pages it has."""
    size = len(visitor)
    landing = random.choice(len(LANDING_SHARES), size, p=LANDING_SHARES)
    leaves = (landing == HOME) & (random.random(size) < LEAVES_HOME_SHARE)
    pages = np.minimum(random.geometric(1 - GOES_ON_SHARE, size), MOST_PAGES)
    reloads = random.random(size) < RELOAD_SHARE
    has_account = visitors.has_account[visitor]
    signing = random.random(size)
    is_signed_in = has_account & (signing < SIGNED_IN_SHARE)
    campaign = random.integers(0, len(CAMPAIGNS), size)
    referrer = random.integers(0, len(REFERRERS), size)
    return pd.DataFrame(
        {
            "landing": landing,
            "leaves": leaves,
            "pages": np.where(leaves, 1 + reloads, pages),
            "is_signed_in": is_signed_in,
            "signs_in": has_account
            & ~is_signed_in
            & ~leaves
            & (signing < SIGNED_IN_SHARE + SIGNS_IN_SHARE),
            "campaign": np.where(random.random(size) < CAMPAIGN_SHARE, campaign, -1),
            "referrer": np.where(random.random(size) < REFERRED_SHARE, referrer, -1),
        }
    )


def _pages(random: np.random.Generator, visits: pd.DataFrame) -> pd.DataFrame:
    """The pages of each visit in order, what they show, and how long they are looked at."""
    count = visits["pages"].to_numpy()
    visit, number = np.repeat(np.arange(len(visits)), count), within(count)
    size = len(visit)
    kind = random.choice(len(PAGE_SHARES), size, p=PAGE_SHARES)
    is_first, leaves = number == 0, visits["leaves"].to_numpy()[visit]
    kind = np.where(is_first, visits["landing"].to_numpy()[visit], np.where(leaves, HOME, kind))
    video, article = popular(random, VIDEOS, size), popular(random, ARTICLES, size)
    shown = np.where(kind == WATCH, video, np.where(kind == READ, article, 0))
    genre = np.where(kind == GENRE, random.integers(0, len(PROGRAMME_GENRES), size), 0)
    stay = STAY_MEDIANS_MS[kind] * random.lognormal(0, STAY_SPREAD, size)
    return pd.DataFrame(
        {
            "visit": visit,
            "number": number,
            "is_last": number == count[visit] - 1,
            "kind": kind,
            "page": (FIRST_PAGES[kind] + shown + genre).astype(np.int16),
            "title": np.choose(kind, (-1, -1, -1, -1, shown, VIDEOS + shown)).astype(np.int16),
            "stay_ms": stay.clip(1_000, LONGEST_STAY_MS).astype(np.int64),
            "plays": (kind == WATCH) & (random.random(size) < PLAYED_SHARE),
        }
    )


def _told(
    random: np.random.Generator,
    visits: pd.DataFrame,
    opened: pd.DataFrame,
    player: pd.DataFrame,
) -> pd.DataFrame:
    """The events of pages and of the players on them."""
    visit, kind = opened["visit"].to_numpy(), opened["kind"].to_numpy()
    stay_ms, page_ms = opened["stay_ms"].to_numpy(), opened["page_ms"].to_numpy()
    size, page = len(opened), np.arange(len(opened))
    leaves = visits["leaves"].to_numpy()[visit]
    pings = stay_ms // PING_MS
    ping_page = np.repeat(page, pings)
    forgotten = np.flatnonzero(random.random(size) < FORGOTTEN_SHARE)
    hours = random.uniform(*FORGOTTEN_HOURS, len(forgotten)) * 3_600_000
    is_clicked = ~opened["is_last"] & ~leaves & (random.random(size) < CLICKED_SHARE)
    clicked, searched = np.flatnonzero(is_clicked), np.flatnonzero(kind == SEARCH)
    is_sold = (kind == OFFERS) & (random.random(size) < SUBSCRIBED_SHARE)
    sold = np.flatnonzero(is_sold)
    sign_in_number = (random.random(len(visits)) * visits["pages"].to_numpy()).astype(np.int64)
    is_gate = visits["signs_in"].to_numpy()[visit] & (
        opened["number"].to_numpy() == sign_in_number[visit]
    )
    gate = np.flatnonzero(is_gate)
    playing = np.flatnonzero(opened["plays"])[player["play"].to_numpy()]
    parts = (
        (page, VIEW, np.zeros(size, np.int64)),
        (ping_page, PING, PING_MS * (within(pings) + 1)),
        (forgotten, PING, page_ms[forgotten] + hours.astype(np.int64)),
        (clicked, CLICK, page_ms[clicked] - 1),
        (searched, SEARCHED, stay_ms[searched] * 3 // 5),
        (sold, SUBSCRIBE, stay_ms[sold] * 4 // 5),
        (gate, SIGN_IN, stay_ms[gate] // 2),
    )
    page_view = np.concatenate([*(where for where, _, _ in parts), playing])
    offset = np.concatenate([*(ms for _, _, ms in parts), 900 + player["offset_ms"].to_numpy()])
    none = np.full(len(page_view) - len(player), -1)
    types = [np.full(len(where), type_, np.int8) for where, type_, _ in parts]
    return pd.DataFrame(
        {
            "page_view": page_view,
            "at_ms": opened["opened_ms"].to_numpy()[page_view] + offset,
            "type": np.concatenate([*types, player["event"].to_numpy()]),
            "position_ms": np.concatenate([none, player["position_ms"].to_numpy()]),
            "state": np.concatenate([none.astype(np.int8), player["state"].to_numpy()]),
        }
    )
