"""Schedules as producers would send them, and METRICS §3 of programmes in plain Python, in UTC."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from .events import START
from .panel import profile_on
from .reference import clean
from .sessions import Interval, made

CONSOLIDATIONS = {"live": -1, "overnight": 0, "consolidated_7": 7, "consolidated_28": 28}
MINUTE = timedelta(minutes=1)
SHORTEST_DAY = timedelta(hours=23)
NEAR = timedelta(minutes=5)
DAYS_AGO = (0, 0, 0, 1, 7, 8, 28, 29)
Slot = tuple[str, str, datetime, datetime]
"""Channel, programme, start, end."""


def played_back(chance: random.Random) -> dict:
    """A session, sometimes of what was broadcast days before."""
    row = made(chance, 3)
    if not row["broadcast_at"]:
        return row
    ago = timedelta(days=chance.choice(DAYS_AGO), seconds=chance.choice((1, 3600, 90)))
    return row | {"broadcast_at": row["start"] - ago, "is_live": ""}


def made_slot(chance: random.Random) -> Slot:
    """A slot among few channels, programmes and starts, on the days that are viewed or before."""
    start = START + timedelta(hours=20) - timedelta(days=chance.choice(DAYS_AGO))
    start += timedelta(minutes=chance.choice((0, 30, 60, 180, 235, 240, 300)))
    start += timedelta(seconds=chance.choice((0, 0, 0, 20)))
    length = timedelta(minutes=chance.choice((1, 5, 30, 45.5, 60, 240)))
    return chance.choice(("Alpha", "beta", "Gamma")), chance.choice("xy"), start, start + length


def rows(slots: Iterable[Slot]) -> list[dict]:
    """As the feed has them."""
    names = ("channel", "programme", "start", "end")
    return [
        dict(zip(names, (*one[:2], *(f"{at}Z" for at in one[2:])), strict=True)) for one in slots
    ]


def holding(drops: Iterable[list[Slot]]) -> list[Slot]:
    """What holds after drops in the order in which they were written."""
    held: list[Slot] = []
    for drop in drops:
        told: list[tuple[str, datetime, datetime]] = []
        for slot in sorted(drop, key=lambda slot: (clean(slot[0]), slot[2])):
            channel, _, start, end = clean(slot[0]), *slot[1:]
            if told and told[-1][0] == channel and start - told[-1][2] < SHORTEST_DAY:
                _, start, before = told.pop()
                end = max(end, before)
            told.append((channel, start, end))
        held = [
            slot
            for slot in held
            if not any(
                clean(slot[0]) == channel and start <= slot[2] < end for channel, start, end in told
            )
        ]
        held += drop
    return held


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> float:
    return (min(one[1], other[1]) - max(one[0], other[0])).total_seconds()


def _seen(stay: Interval) -> tuple[datetime, datetime]:
    """When what is seen was broadcast."""
    start = stay.broadcast_at or stay.start
    return start, start + (stay.end - stay.start)


def weight(profiles: list[dict], viewer: str, day: date) -> float:
    said = profile_on(profiles, viewer, day)
    return 1 if said is None or said.get("weight") is None else said["weight"]


def ratings(slot: Slot, stays: Iterable[Interval], profiles: list[dict]) -> dict[str, tuple]:
    """By consolidation: seconds, viewers, weighted, reach of 1, 3, 5 and 15 minutes, audience at
    the start, at the end and at the peak, when that is, and the share."""
    channel, _, *span = slot
    day = span[0].date()
    live = sum(
        weight(profiles, stay.viewer, day) * max(_overlap((stay.start, stay.end), span), 0)
        for stay in stays
        if stay.broadcast_at is None
    )
    found = {}
    for consolidation, days in CONSOLIDATIONS.items():
        counted = [
            stay
            for stay in stays
            if stay.channel == clean(channel)
            and _overlap(_seen(stay), span) > 0
            and 0 <= (stay.day - day).days <= 28
            and (stay.broadcast_at is None or (stay.day - day).days <= days)
            and (stay.broadcast_at is None or stay.broadcast_at <= stay.start + MINUTE)
        ]

        def persons(who: Iterable[str], day: date = day) -> float:
            return sum(weight(profiles, viewer, day) for viewer in set(who))

        def seconds(span: Iterable[datetime], counted: list[Interval] = counted) -> float:
            return sum(
                persons([stay.viewer]) * max(_overlap(_seen(stay), span), 0) for stay in counted
            )

        minute, minutes = span[0].replace(second=0), []
        while minute < span[1]:
            part = (max(minute, span[0]), min(minute + MINUTE, span[1]))
            minutes.append((seconds(part) / (part[1] - part[0]).total_seconds(), minute))
            minute += MINUTE
        peak, at = max(minutes, key=lambda each: each[0])
        found[consolidation] = (
            seconds(span),
            len({stay.viewer for stay in counted}),
            persons(stay.viewer for stay in counted),
            *(
                persons(stay.viewer for stay in counted if stay.reach >= n * MINUTE)
                for n in (1, 3, 5, 15)
            ),
            persons(stay.viewer for stay in counted if _seen(stay)[0] <= span[0]),
            persons(stay.viewer for stay in counted if _seen(stay)[1] >= span[1]),
            peak,
            at if peak else None,
            100 * seconds(span) / live if live and consolidation == "live" else None,
        )
    return found


def flow(
    slot: Slot, stays: Iterable[Interval], profiles: list[dict]
) -> dict[tuple[str, str | None], tuple[int, float]]:
    """Live viewers and their weights by where they came from and went to."""
    channel, _, start, end = slot
    found: dict[tuple[str, str | None], tuple[int, float]] = {}
    viewers = {
        stay.viewer
        for stay in stays
        if stay.channel == clean(channel)
        and stay.broadcast_at is None
        and _overlap((stay.start, stay.end), (start, end)) > 0
    }
    for viewer in viewers:
        own = [stay for stay in stays if stay.viewer == viewer]
        before = [stay for stay in own if stay.start < start and stay.end >= start - NEAR]
        after = [stay for stay in own if stay.end > end and stay.start <= end + NEAR]
        came = max(before, key=lambda stay: stay.end).channel if before else None
        went = min(after, key=lambda stay: stay.start).channel if after else None
        for key in (("from", came), ("to", went)):
            people, persons = found.get(key, (0, 0))
            persons += weight(profiles, viewer, start.date())
            found[key] = (people + 1, persons)
    return found
