"""METRICS §2 and §3 for set-top boxes in plain Python, to compare with. UTC, day start 00:00."""

from collections import defaultdict
from datetime import date, datetime, timedelta

HOLD = timedelta(seconds=720)
MINUTE = timedelta(minutes=1)
CODE_ORDER = {"SSTART": 0, "ELWS": 1, "SALIVE": 1, "SSTAND": 2}


def clean(name: str | None) -> str | None:
    """The channel's id: blanks run together, ends trimmed, A-Z upper case."""
    return " ".join((name or "").replace("\u00a0", " ").split()).upper() or None


def stays(rows: list[dict]) -> list[tuple[str, str, str | None, datetime, datetime]]:
    """Uninterrupted stays (box, channel, programme, start, end), merged, not yet cut at dates."""
    events = sorted(
        {
            (
                row["mac"],
                datetime.fromisoformat(f"{row['eventdate']}T{row['eventtime']}"),
                CODE_ORDER[row["code"]],
                clean(row["chname"]) or "",
                row["program_id"] or "",
                row["code"],
            )
            for row in rows
        }
    )
    merged: list[tuple[str, str, str | None, datetime, datetime]] = []
    for index, (box, start, _, channel, programme, code) in enumerate(events):
        following = events[index + 1] if index + 1 < len(events) else None
        end = start + HOLD
        if following and following[0] == box:
            end = min(end, following[1])
        if code == "SSTAND" or not channel or end == start:
            continue
        stay = (box, channel, programme or None, start, end)
        if merged and merged[-1][:3] == stay[:3] and merged[-1][4] == start:
            merged[-1] = (*merged[-1][:4], end)
        else:
            merged.append(stay)
    return merged


def pieces_by_date(start: datetime, end: datetime) -> list[tuple[date, datetime, datetime]]:
    """A stretch of time cut at midnight."""
    cut = []
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), datetime.min.time())
        cut.append((start.date(), start, min(end, midnight)))
        start = midnight
    return cut


def channel_stays(rows: list[dict]) -> list[tuple[str, str, datetime, datetime]]:
    """Box, channel, start and end of each stay on a channel, whatever the programme."""
    merged: list[tuple[str, str, datetime, datetime]] = []
    for box, channel, _, start, end in stays(rows):
        if merged and merged[-1][:2] == (box, channel) and merged[-1][3] == start:
            merged[-1] = (*merged[-1][:3], end)
        else:
            merged.append((box, channel, start, end))
    return merged


def attributed_minutes(rows: list[dict]) -> dict[tuple[str, datetime], str]:
    """The channel that a box's clock minute goes to: the one viewed last."""
    minutes: dict[tuple[str, datetime], tuple[datetime, datetime, str]] = {}
    for box, channel, _, start, end in stays(rows):
        clock = start.replace(second=0)
        while clock < end:
            seen = (min(end, clock + MINUTE), start, channel)
            minutes[box, clock] = max(minutes.get((box, clock), seen), seen)
            clock += MINUTE
    return {key: channel for key, (_, _, channel) in minutes.items()}


def channel_ratings(rows: list[dict]) -> dict[tuple[date, str], dict[str, float]]:
    """Per broadcast date and channel, what channel_ratings_daily says without a universe."""
    seconds: dict[tuple[date, str], float] = defaultdict(float)
    viewers: dict[tuple[date, str], set[str]] = defaultdict(set)
    reached: dict[tuple[date, str, int], set[str]] = defaultdict(set)
    minutes: dict[tuple[date, str], list[str]] = defaultdict(list)
    for (box, clock), channel in attributed_minutes(rows).items():
        minutes[clock.date(), channel].append(box)
    for box, channel, start, end in channel_stays(rows):
        for day, first, last in pieces_by_date(start, end):
            viewers[day, channel].add(box)
            seconds[day, channel] += (last - first).total_seconds()
            for length in (1, 5):
                if end - start >= length * MINUTE:
                    reached[day, channel, length].add(box)
    return {
        (day, channel): {
            "viewing_seconds": total,
            "viewers": len(viewers[day, channel]),
            "reach_1min": len(reached[day, channel, 1]),
            "reach_5min": len(reached[day, channel, 5]),
            "credited_minutes": len(minutes[day, channel]),
            "minute_viewers": len(set(minutes[day, channel])),
        }
        for (day, channel), total in seconds.items()
    }
