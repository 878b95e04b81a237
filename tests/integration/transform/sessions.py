"""Viewing sessions as a producer would send them, and their intervals in plain Python."""

import csv
import io
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from .events import START
from .reference import clean, pieces_by_date

COLUMNS = (
    "viewer", "household", "device", "channel", "start", "end", "duration", "is_live",
    "broadcast_at", "play_speed", "session_id",
)  # fmt: skip
REACH_HORIZON = timedelta(minutes=15)


def session(viewer: str, channel: str, start: datetime | str, **others: object) -> dict:
    """One row of the feed."""
    given = {"viewer": viewer, "channel": channel, "start": start, **others}
    return {column: "" if given.get(column) is None else given[column] for column in COLUMNS}


def drop(rows: Iterable[dict]) -> str:
    """The rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class Interval:
    """What viewing_interval says of a stay."""

    viewer: str
    device: str | None
    channel: str
    day: date
    start: datetime
    end: datetime
    broadcast_at: datetime | None
    reach: timedelta


def intervals(rows: list[dict], rule: str) -> set[Interval]:
    """All intervals of the sessions, found instant by instant: who has priority of those on air."""
    found: set[Interval] = set()
    distinct = [row for row in _holding(rows) if str(row["play_speed"]) in ("", "1")]
    for viewer in {row["viewer"] for row in distinct}:
        own = [row for row in distinct if row["viewer"] == viewer]
        cuts = sorted({border for row in own for border in (row["start"], _end(row))})
        credited = [
            (row, start, end)
            for start, end in itertools.pairwise(cuts)
            for row in _winners([r for r in own if r["start"] <= start < _end(r)], rule)
        ]
        for channel in {clean(row["channel"]) for row in own}:
            on_channel = [piece for piece in credited if clean(piece[0]["channel"]) == channel]
            found |= _merged(viewer, channel, on_channel)
    return found


def _holding(rows: list[dict]) -> list[dict]:
    """Rows with a length, one for each session id: that which ends last."""
    distinct = list({tuple(row.values()): row for row in rows}.values())
    last: dict[object, dict] = {}
    for number, row in enumerate(distinct):
        key = (row["viewer"], row["session_id"]) if row["session_id"] else number
        if key not in last or _end(row) > _end(last[key]):
            last[key] = row
    return [row for row in last.values() if _end(row) > row["start"]]


def _end(row: dict) -> datetime:
    if row["duration"] != "":
        clock = [float(part) for part in str(row["duration"]).split(":")]
        seconds = sum(part * 60**place for place, part in enumerate(reversed(clock)))
        return row["start"] + timedelta(microseconds=round(seconds * 1e6))
    return row["end"] or row["start"]


def _winners(on_air: list[dict], rule: str) -> list[dict]:
    """Of the sessions at one instant those that are credited."""
    rising = sorted(on_air, key=lambda row: clean(row["channel"]))
    rising.sort(key=lambda row: (row["start"], -(_end(row) - row["start"])))
    if rule == "person":
        return rising[-1:]
    by_receiver = {row["device"] or id(row): row for row in rising}
    by_channel = {}
    for row in rising:
        if by_receiver[row["device"] or id(row)] is row:
            by_channel[clean(row["channel"])] = row
    return list(by_channel.values())


def _merged(viewer: str, channel: str, pieces: list[tuple]) -> set[Interval]:
    """The pieces of a viewer on a channel, cut at midnight, put together where nothing differs."""
    merged: list[Interval] = []
    arrivals: list[datetime] = []
    for row, start, end in sorted(pieces, key=lambda piece: piece[1]):
        for day, first, last in pieces_by_date(start, end):
            broadcast_at = row["broadcast_at"] and row["broadcast_at"] + (first - row["start"])
            stay = Interval(
                viewer, row["device"] or None, channel, day, first, last, broadcast_at or None,
                timedelta(),
            )  # fmt: skip
            previous = merged[-1] if merged and merged[-1].end == first else None
            if previous and _goes_on(previous, stay):
                merged[-1] = replace(previous, end=last)
            else:
                merged.append(stay)
                arrivals.append(arrivals[-1] if previous else first)
    leaving = {arrival: stay.end for arrival, stay in zip(arrivals, merged, strict=True)}
    return {
        replace(stay, reach=min(REACH_HORIZON, leaving[arrival] - arrival))
        for arrival, stay in zip(arrivals, merged, strict=True)
    }


def _goes_on(one: Interval, other: Interval) -> bool:
    if (one.day, one.device) != (other.day, other.device):
        return False
    if one.broadcast_at is None or other.broadcast_at is None:
        return one.broadcast_at is other.broadcast_at
    return one.start - one.broadcast_at == other.start - other.broadcast_at


def made(
    chance: random.Random, viewers: int, first: datetime = START + timedelta(hours=20)
) -> dict:
    """A session among few viewers, devices, channels and borders, so that they often meet."""
    start = first + timedelta(
        minutes=chance.choice((0, 5, 30, 239, 240, 241, chance.randint(0, 600)))
    )
    length = chance.choice(
        (0, 1, 60, 300, 900, 1800, 1800.5, 7200, 90_000, chance.randint(1, 9000))
    )
    shift = chance.choice((None, None, None, 3600))
    stated = {
        0: {"duration": length},
        1: {
            "duration": f"{int(length) // 3600:02}:{int(length) // 60 % 60:02}:{length % 60:07.4f}"
        },
        2: {"end": start + timedelta(seconds=length)},
    }[chance.randint(0, 2)]
    viewer = f"p{chance.randint(1, viewers)}"
    return session(
        viewer,
        chance.choice(("Alpha", "alpha\u00a0", "Beta", "Gamma")),
        start,
        household=f"h{viewer}",
        device=chance.choice((None, f"{viewer}-1", f"{viewer}-2")),
        broadcast_at=shift and start - timedelta(seconds=shift),
        is_live=None if shift else chance.choice(("true", None)),
        play_speed=chance.choice((None, None, None, 1, 2)),
        session_id=chance.choice((None, None, f"{viewer} {start}")),
        **stated,
    )


def told_apart(rows: Iterable[dict]) -> list[dict]:
    """Without rows that only their hash keys could rank."""
    alike: dict[tuple, dict] = {}
    for row in rows:
        alike.setdefault((row["viewer"], row["start"], _end(row)), row)
    return list(alike.values())


rows = st.builds(lambda seed: made(random.Random(seed), 2), st.integers(0, 2000))  # noqa: S311
