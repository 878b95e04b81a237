"""Web events as a producer would send them, and METRICS §4 on them in plain Python to compare with."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.warehouse import Warehouse

TIMEOUT = timedelta(minutes=30)
CAP = timedelta(hours=24)
PLAYER = {"play", "heartbeat", "pause", "seek", "ended"}


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
    """Event id to account, of the events of one run or delivered session: next account, else last."""
    found = {}
    for index, row in enumerate(rows):
        following = [other for other in rows[index:] if other.get("account_id")]
        before = [other for other in rows[:index] if other.get("account_id")]
        for other in following[:1] + before[-1:]:
            if limit is None or abs(_instant(other) - _instant(row)) < limit:
                found.setdefault(row["event_id"], other["account_id"])
    return found


def sessions(rows: list[dict]) -> set[tuple]:
    """(visitor, first instant, last instant, event ids) of each session, however rows are ordered."""
    events = sorted({row["event_id"]: row for row in rows}.values(), key=_instant)
    accounts: dict[str, str] = {}
    delivered: dict[str, list[dict]] = defaultdict(list)
    by_device: dict[str, list[dict]] = defaultdict(list)
    for row in events:
        if row.get("session_id"):
            delivered[row["session_id"]].append(row)
        elif row.get("visitor_id"):
            by_device[row["visitor_id"]].append(row)
    for group in delivered.values():
        accounts |= _accounts(group, None)
    for group in by_device.values():
        for run in _runs(group):
            accounts |= _accounts(run, CAP)

    def visitor(row: dict) -> str | None:
        account = row.get("account_id") or accounts.get(row["event_id"])
        if account:
            return f"account:{account}"
        return f"cookie:{row['visitor_id']}" if row.get("visitor_id") else None

    found = [(visitor(group[-1]), group) for group in delivered.values()]
    by_visitor: dict[str, list[dict]] = defaultdict(list)
    for row in events:
        if not row.get("session_id") and visitor(row):
            by_visitor[visitor(row)].append(row)
    for who, group in by_visitor.items():
        for run in _runs(group):
            pieces: dict[int, list[dict]] = defaultdict(list)
            counted = _instant(run[0])
            for row in run:
                if row["event_type"] != "page_ping":
                    counted = _instant(row)
                pieces[(counted - _instant(run[0])) // CAP].append(row)
            found += [(who, piece) for piece in pieces.values()]
    return {
        (
            who,
            _instant(group[0]),
            max(
                [_instant(row) for row in group if row["event_type"] != "page_ping"]
                or [_instant(group[0])]
            ),
            frozenset(row["event_id"] for row in group),
        )
        for who, group in found
    }


# Few devices, accounts and distances, so that gaps of exactly the timeout, merging and claims are common.
START = datetime(2024, 1, 1, 20)
DISTANCES = (1, 5, 10, 29, 30, 31, 59, 60, 90, 240, 720, 1410, 1439, 1440, 1441)


@st.composite
def web_rows(draw: st.DrawFn, worlds: int = 25) -> list[dict]:
    """Events over a few days, each at a minute of its own, in worlds that share no device or account:
    so one build tries many cases."""
    chance = draw(st.randoms(use_true_random=False))
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
