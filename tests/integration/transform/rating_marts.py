"""METRICS §3 beyond the day in plain Python, for boxes without weights. UTC, day start 00:00."""

import csv
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, timedelta
from itertools import combinations

from ingest.settings import PROJECT_DIR

from .reference import attributed_minutes, channel_stays, pieces_by_date

Totals = tuple[float, int, int, int]
"""Seconds, viewers, and viewers reached for 1 and for 5 consecutive minutes."""
Piece = tuple[str, str, date, datetime, datetime, timedelta]
"""Box, channel, date, start and end of a stay on a date, and the length of all of it."""


def pieces(rows: list[dict]) -> list[Piece]:
    return [
        (box, channel, day, first, last, end - start)
        for box, channel, start, end in channel_stays(rows)
        for day, first, last in pieces_by_date(start, end)
    ]


def added_up(credited: Iterable[tuple[Hashable, str, float, timedelta]]) -> dict[Hashable, Totals]:
    """Totals by key, of a key, box, seconds and length of stay each."""
    seconds: dict[Hashable, float] = defaultdict(float)
    longest: dict[Hashable, dict[str, timedelta]] = defaultdict(dict)
    for key, box, viewed, length in credited:
        seconds[key] += viewed
        longest[key][box] = max(length, longest[key].get(box, length))
    return {
        key: (
            seconds[key],
            len(by_box),
            *(
                sum(stay >= timedelta(minutes=minutes) for stay in by_box.values())
                for minutes in (1, 5)
            ),
        )
        for key, by_box in longest.items()
    }


def by_period(rows: list[dict]) -> dict[Hashable, Totals]:
    """By period, its first date, and channel."""
    starts: dict[str, Callable[[date], date]] = {
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: day.replace(day=1),
    }
    return added_up(
        ((period, start(day), channel), box, (last - first).total_seconds(), length)
        for box, channel, day, first, last, length in pieces(rows)
        for period, start in starts.items()
    )


def by_daypart(rows: list[dict]) -> dict[Hashable, Totals]:
    """By date, channel and daypart."""
    with (PROJECT_DIR / "seeds" / "dayparts.csv").open() as file:
        dayparts = [
            (row["daypart"], minute(row["start_time"]), minute(row["end_time"]))
            for row in csv.DictReader(file)
        ]

    def credited() -> Iterable[tuple[Hashable, str, float, timedelta]]:
        for box, channel, day, first, last, length in pieces(rows):
            midnight = datetime.combine(day, datetime.min.time())
            for daypart, start, end in dayparts:
                spans = [(start, end)] if start < end else [(0, end), (start, 24 * 60)]
                for span_start, span_end in spans:
                    viewed = min(last, midnight + timedelta(minutes=span_end)) - max(
                        first, midnight + timedelta(minutes=span_start)
                    )
                    if viewed > timedelta():
                        yield (day, channel, daypart), box, viewed.total_seconds(), length

    return added_up(credited())


def minute(clock: str) -> int:
    """Minutes from midnight."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def by_minute(rows: list[dict]) -> dict[tuple[datetime, str], int]:
    """Boxes by minute and channel, the channel viewed last having the minute."""
    audience: dict[tuple[datetime, str], int] = defaultdict(int)
    for (_, clock), channel in attributed_minutes(rows).items():
        audience[clock, channel] += 1
    return dict(audience)


def by_pair(rows: list[dict]) -> dict[tuple[date, str, str], tuple[int, int, int]]:
    """By date and two channels in order: the boxes that both reached, and those that each did."""
    reached: dict[tuple[date, str], set[str]] = defaultdict(set)
    for box, channel, day, _, _, length in pieces(rows):
        if length >= timedelta(minutes=1):
            reached[day, channel].add(box)
    return {
        (day, one, other): (len(shared), len(reached[day, one]), len(reached[day, other]))
        for (day, one), (other_day, other) in combinations(sorted(reached), 2)
        if day == other_day and (shared := reached[day, one] & reached[day, other])
    }


def rating_marts(rows: list[dict]) -> dict[str, dict]:
    """What the marts say, by their names."""
    return {
        "channel_ratings_period": by_period(rows),
        "channel_ratings_daypart": by_daypart(rows),
        "channel_ratings_minute": by_minute(rows),
        "viewer_duplication": by_pair(rows),
    }


READ = {
    "channel_ratings_period": (
        3, "period, first_date, channel_id, viewing_seconds, viewers, reach_1min, reach_5min"
    ),
    "channel_ratings_daypart": (
        3, "broadcast_date, channel_id, daypart, viewing_seconds, viewers, reach_1min, reach_5min"
    ),
    "channel_ratings_minute": (2, "minute_started_at, channel_id, average_audience"),
    "viewer_duplication": (
        3, "broadcast_date, channel_id, other_channel_id, shared_reach, reach, other_reach"
    ),
}  # fmt: skip


def found_rating_marts(execute: Callable[[str], list[tuple]]) -> dict[str, dict]:
    """The same of a warehouse."""
    return {
        mart: {
            row[:keys]: row[keys] if len(row) == keys + 1 else row[keys:]
            for row in execute(f"select {columns} from marts.{mart}")
        }
        for mart, (keys, columns) in READ.items()
    }
