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


def channel_ratings(rows: list[dict]) -> dict[tuple[date, str], dict[str, float]]:
    """Per broadcast date and channel, what channel_ratings_daily says without a universe."""
    seconds: dict[tuple[date, str], float] = defaultdict(float)
    viewers: dict[tuple[date, str], set[str]] = defaultdict(set)
    minute: dict[tuple[str, datetime], tuple[datetime, datetime, str]] = {}
    reached: dict[tuple[date, str, int], set[str]] = defaultdict(set)
    channel_stays: list[list] = []
    for box, channel, _, start, end in stays(rows):
        for day, first, last in pieces_by_date(start, end):
            viewers[day, channel].add(box)
            seconds[day, channel] += (last - first).total_seconds()
        clock = start.replace(second=0)
        while clock < end:
            seen = (min(end, clock + MINUTE), start, channel)
            minute[box, clock] = max(minute.get((box, clock), seen), seen)
            clock += MINUTE
        if (
            channel_stays
            and channel_stays[-1][:2] == [box, channel]
            and channel_stays[-1][3] == start
        ):
            channel_stays[-1][3] = end
        else:
            channel_stays.append([box, channel, start, end])
    for box, channel, start, end in channel_stays:
        for minutes in (1, 5):
            if end - start >= timedelta(minutes=minutes):
                for day, _, _ in pieces_by_date(start, end):
                    reached[day, channel, minutes].add(box)
    return {
        (day, channel): {
            "viewing_seconds": total,
            "viewers": len(viewers[day, channel]),
            "reach_1min": len(reached[day, channel, 1]),
            "reach_5min": len(reached[day, channel, 5]),
            "credited_minutes": sum(
                1
                for (_, clock), seen in minute.items()
                if clock.date() == day and seen[2] == channel
            ),
            "minute_viewers": len(
                {
                    box
                    for (box, clock), seen in minute.items()
                    if clock.date() == day and seen[2] == channel
                }
            ),
        }
        for (day, channel), total in seconds.items()
    }
