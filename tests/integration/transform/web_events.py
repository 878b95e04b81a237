"""Web events as a producer would send them, and their sessions in plain Python to compare with."""

import json
import random
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.warehouse import Warehouse

TIMEOUT = timedelta(minutes=30)
CAP = timedelta(hours=24)


def web_event(event_id: str, at: str | datetime, event_type: str, **fields: object) -> dict:
    """One row of the feed; a time without an offset is UTC."""
    instant = at if isinstance(at, str) else at.isoformat(sep="T")
    return {"event_id": event_id, "event_at": instant, "event_type": event_type, **fields}


def load_feed(warehouse: Warehouse, feed: str, name: str, rows: list[dict]) -> None:
    """Deliver rows as one drop of JSON lines and load it."""
    drop = Path(warehouse.folder) / "drops" / f"{feed}_{name}.json"
    drop.parent.mkdir(exist_ok=True)
    drop.write_text("".join(json.dumps(row) + "\n" for row in rows))
    warehouse.load_file(drop)


def clock(text: str) -> datetime:
    """An instant of 2024-01-01, hours from 24 on being those of later days."""
    hours, minutes, seconds = [*map(int, text.split(":")), 0][:3]
    return datetime.fromisoformat("2024-01-01") + timedelta(
        hours=hours, minutes=minutes, seconds=seconds
    )


def told(visitor: str, *events: str, **fields: object) -> list[dict]:
    """Events of a visitor's own device, told as `10:00 page_view account`."""
    rows = []
    for event in events:
        instant, event_type, *account = event.split()
        said = {"visitor_id": visitor, "account_id": account[0] if account else None}
        said |= {"page": visitor} | fields
        rows.append(web_event(f"{visitor} {event}", clock(instant), event_type, **said))
    return rows


def _instant(row: dict) -> datetime:
    return datetime.fromisoformat(row["event_at"])


def _runs(rows: list[dict]) -> list[list[dict]]:
    """Events of one device or visitor in runs without a gap of the timeout; pings make none."""
    runs: list[list[dict]] = []
    last = None
    for row in rows:
        if row["event_type"] == "page_ping":
            if last is not None and _instant(row) - last < TIMEOUT:
                runs[-1].append(row)
            continue
        if last is None or _instant(row) - last >= TIMEOUT:
            runs.append([])
        runs[-1].append(row)
        last = _instant(row)
    return runs


def _accounts(rows: list[dict], limit: timedelta | None) -> dict[str, str]:
    """Event id to account, within one run or delivered session: the next account, else the last."""
    found = {}
    for index, row in enumerate(rows):
        following = [other for other in rows[index:] if other.get("account_id")]
        before = [other for other in rows[:index] if other.get("account_id")]
        for other in following[:1] + before[-1:]:
            if limit is None or abs(_instant(other) - _instant(row)) < limit:
                found.setdefault(row["event_id"], other["account_id"])
    return found


def _visitors(events: list[dict]) -> dict[str, str]:
    """Event id to visitor: the account where known or claimed, else the device."""
    accounts: dict[str, str] = {}
    for group in _grouped(events, "session_id").values():
        accounts |= _accounts(group, None)
    computed = [row for row in events if not row.get("session_id")]
    for group in _grouped(computed, "visitor_id").values():
        for run in _runs(group):
            accounts |= _accounts(run, CAP)
    visitors = {}
    for row in events:
        account = row.get("account_id") or accounts.get(row["event_id"])
        if account:
            visitors[row["event_id"]] = f"account:{account}"
        elif row.get("visitor_id"):
            visitors[row["event_id"]] = f"cookie:{row['visitor_id']}"
    return visitors


def _grouped(rows: list[dict], key: str) -> dict[str, list[dict]]:
    """Rows by the value that they have of a key; those without one are left out."""
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        if row.get(key):
            groups[row[key]].append(row)
    return groups


def _pieces(run: list[dict]) -> list[list[dict]]:
    """A run cut a day after its start, and once more."""
    pieces: dict[int, list[dict]] = defaultdict(list)
    counted = _instant(run[0])
    for row in run:
        if row["event_type"] != "page_ping":
            counted = _instant(row)
        pieces[(counted - _instant(run[0])) // CAP].append(row)
    return list(pieces.values())


def sessions(rows: list[dict]) -> set[tuple[str, datetime, datetime, int]]:
    """Visitor, first and last instant and number of events of each session."""
    events = sorted({row["event_id"]: row for row in rows}.values(), key=_instant)
    visitors = _visitors(events)
    found = [
        (visitors[group[-1]["event_id"]], group)
        for group in _grouped(events, "session_id").values()
    ]
    computed = [
        row | {"visitor": visitors.get(row["event_id"])}
        for row in events
        if not row.get("session_id")
    ]
    for visitor, group in _grouped(computed, "visitor").items():
        found += [(visitor, piece) for run in _runs(group) for piece in _pieces(run)]
    return {
        (
            visitor,
            _instant(group[0]),
            max(
                (_instant(row) for row in group if row["event_type"] != "page_ping"),
                default=_instant(group[0]),
            ),
            len(group),
        )
        for visitor, group in found
    }


# Few devices, accounts and distances: gaps of exactly the timeout, merging and claims are common.
START = datetime.fromisoformat("2024-01-01T20:00:00")
DISTANCES = (1, 5, 10, 29, 30, 31, 59, 60, 90, 240, 720, 1410, 1439, 1440, 1441)
chances = st.integers(0, 2**32).map(random.Random)
"""Of one number each: the simplest example is no simpler than others."""


@st.composite
def web_rows(draw: st.DrawFn, worlds: int = 25) -> list[dict]:
    """Events over a few days, each at a minute of its own, in worlds that share no device or
    account: so one build tries many cases."""
    chance = draw(chances)
    rows = []
    for world in range(worlds):
        minute = 0
        for number in range(chance.randint(2, 30)):
            minute += chance.choice(DISTANCES)
            account = chance.choice([None, None, None, "a", "b"])
            session = chance.choice([None, None, None, None, None, "s1", "s2"])
            rows.append(
                web_event(
                    f"{world}-{number}",
                    START + timedelta(minutes=minute),
                    chance.choice(["page_view", "page_view", "page_ping", "click", "heartbeat"]),
                    page=chance.choice(["/", "/title"]),
                    visitor_id=f"{world}-{chance.choice(['d1', 'd2'])}",
                    account_id=account and f"{world}-{account}",
                    session_id=session and f"{world}-{session}",
                )
            )
    return rows
