"""The market that every simulated feed shares: channels, their popularity, and what is on air."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.simulate.plan import SimulationPlan

BROADCASTERS = (
    "Atlas", "Cedar", "Delta", "Falcon", "Gulf", "Horizon",
    "Jasmine", "Levant", "Meridian", "Nile", "Oasis", "Pearl",
)  # fmt: skip
CHANNEL_GENRES = (
    "Movies", "News", "Sport", "Drama", "Kids", "Music", "Docu", "Food", "Faith", "Comedy",
)  # fmt: skip
EDITIONS = ("", " HD", " 2", " Plus")
PROGRAMME_GENRES = (
    "Action", "Adventure", "Comedy", "Documentary", "Drama", "Entertainment",
    "Family", "News", "Romance", "Series", "Sport", "Talk show",
)  # fmt: skip
SATELLITES = ("BADR_4&6", "NILESAT_101&102", "NILESAT 101&102", "ARABSAT")
"""As the real feed spells them, one of them in two ways."""

ZIPF_EXPONENT = 1.0
"""Popularity falls as 1 / rank; with 120 channels the first has 19 % of the tunings."""
HOUR_WEIGHTS = np.array(
    [30, 18, 10, 6, 5, 6, 12, 22, 28, 30, 32, 36, 44, 46, 44, 46, 54, 66, 84, 100, 100, 90, 70, 46],
    dtype=float,
)
"""How likely a session starts in each hour of the UTC day: prime time is 19 to 21."""

HALF_HOUR = 1_800
HALF_HOURS_PER_WEEK = 336
PROGRAMMES_PER_CHANNEL = 24
UNLISTED_SHARE = 0.4
"""Share of channels without programme information; their events say programme 0."""
SPELLINGS_PER_CHANNEL = 5
VARIED_EVERY = 8
"""Every eighth channel by popularity reaches us in several spellings."""


@dataclass(frozen=True)
class Market:
    """Channels by popularity (0 is the first), and programmes by the half-hour of the week."""

    names: tuple[str, ...]
    broadcasters: tuple[str, ...]
    genres: tuple[str, ...]
    satellites: NDArray[np.int8]
    """Index into SATELLITES, per channel."""
    popularity: NDArray[np.float64]
    """Cumulated share of tunings up to each channel; the last is 1."""
    schedule: NDArray[np.int32]
    """Programme id on air, 0 if unknown: channel by half-hour since Monday 00:00 UTC."""
    slot_starts: NDArray[np.bool_]
    """Whether a programme begins: channel by half-hour of the week. Mondays begin with one."""
    programmes: tuple[tuple[int, str, str], ...]
    """Programme id, name, genre."""

    def tune(self, random: np.random.Generator, size: int | tuple[int, int]) -> NDArray[np.int16]:
        """Channels drawn by popularity."""
        return np.searchsorted(self.popularity, random.random(size), side="right").astype(np.int16)

    def on_air(self, channels: NDArray[np.int16], at: NDArray[np.int64]) -> NDArray[np.int32]:
        """Programme ids on these channels at these epoch seconds."""
        return self.schedule[channels, half_hour_of(at)]

    def slot_started(self, channels: NDArray[np.int16], at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Epoch seconds of the starts of what is on air."""
        half_hour = np.arange(HALF_HOURS_PER_WEEK)
        latest = np.maximum.accumulate(np.where(self.slot_starts, half_hour, 0), axis=1)
        now = half_hour_of(at)
        return at - at % HALF_HOUR - (now - latest[channels, now]) * HALF_HOUR

    @property
    def spellings(self) -> list[str]:
        """All ways events spell each channel; SPELLINGS_PER_CHANNEL in a row for each."""
        return [
            spelling
            for name in self.names
            for spelling in (
                name,
                name.upper(),
                name.replace(" ", "  "),
                name.replace(" ", "\u00a0"),
                f" {name} ",
            )
        ]


def half_hour_of(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Half-hours since Monday 00:00 UTC of epoch seconds; 1970-01-01 was a Thursday."""
    return (at // HALF_HOUR + 3 * 48) % HALF_HOURS_PER_WEEK


@lru_cache(maxsize=4)
def market_of(plan: SimulationPlan) -> Market:
    """The market of a plan: it depends on the seed and on the number of channels only."""
    random = plan.random("market")
    cast = [(b, g, e) for b in BROADCASTERS for g in CHANNEL_GENRES for e in EDITIONS]
    chosen = [cast[i] for i in random.permutation(len(cast))[: plan.channels]]
    share = 1 / np.arange(1, plan.channels + 1) ** ZIPF_EXPONENT
    popularity = np.cumsum(share / share.sum())
    popularity[-1] = 1.0
    schedule = _schedule(random, plan.channels)
    slot_starts = schedule != np.roll(schedule, 1, axis=1)
    slot_starts[:, 0] = True
    listed = np.unique(schedule[schedule > 0]).tolist()
    genres = random.choice(PROGRAMME_GENRES, len(listed)).tolist()
    return Market(
        names=tuple(f"{b} {g}{e}" for b, g, e in chosen),
        broadcasters=tuple(f"{b} Media" for b, _, _ in chosen),
        genres=tuple(g for _, g, _ in chosen),
        satellites=random.choice(3, plan.channels, p=[0.7, 0.2, 0.1]).astype(np.int8),
        popularity=popularity,
        schedule=schedule,
        slot_starts=slot_starts,
        programmes=tuple(
            (number, f"Program {number}", genre)
            for number, genre in zip(listed, genres, strict=True)
        ),
    )


def _schedule(random: np.random.Generator, channels: int) -> NDArray[np.int32]:
    """A week that repeats: each channel shows its own programmes for 30 to 120 minutes each."""
    starts = random.random((channels, HALF_HOURS_PER_WEEK)) < 0.5
    starts[:, 3::4] = True  # none lasts longer than two hours
    starts[:, 0] = True
    slot = np.cumsum(starts, axis=1) - 1
    order = random.integers(0, PROGRAMMES_PER_CHANNEL, (channels, HALF_HOURS_PER_WEEK))
    own = np.take_along_axis(order, slot, axis=1)
    ids = 10_000 + np.arange(channels)[:, None] * PROGRAMMES_PER_CHANNEL + own
    unlisted = random.random(channels) < UNLISTED_SHARE
    ids[unlisted] = 0
    return ids.astype(np.int32)
