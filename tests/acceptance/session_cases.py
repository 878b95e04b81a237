"""The worked cases on sessions and video as events of visitors, who are named after the case."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.integration.transform.web_events import web_event

NOON = datetime.fromisoformat("2024-01-01T12:00:00")


class Drop:
    """Events of visitors, numbered as they are added."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(
        self, visitor: str | None, at: datetime | str, event_type: str, **fields: object
    ) -> None:
        fields = {"visitor_id": visitor} | fields
        self.rows.append(web_event(f"e{len(self.rows)}", at, event_type, **fields))

    def watch(
        self,
        visitor: str | None,
        start: datetime,
        title: str,
        position: float,
        seconds: float,
        **fields: object,
    ) -> datetime:
        """Play and heartbeats every 10 s from a position on; the instant at which it ends."""
        played = 0.0
        while played < seconds:
            self.add(
                visitor,
                start + timedelta(seconds=played),
                "play" if played == 0 else "heartbeat",
                title=title,
                position=position + played,
                **fields,
            )
            played = min(played + 10, seconds)
        return start + timedelta(seconds=seconds)


def add_s01(drop: Drop, inputs: dict) -> None:
    for number, pages in enumerate(inputs["sessions"]):
        for step, page in enumerate(pages):
            at = NOON + timedelta(seconds=step)
            drop.add(f"S01-{number}", at, "page_view", page=f"S01-{page}")


def add_s03(drop: Drop, inputs: dict) -> None:
    for instant in inputs["events"]:
        drop.add("S03", instant, "page_view", page="/S03")


def add_s06(drop: Drop, inputs: dict) -> None:
    for session in inputs["sessions"]:
        visitor, end = f"S06-{session['id']}", NOON + timedelta(seconds=session["seconds"])
        for view in range(session["views"]):
            drop.add(visitor, NOON + timedelta(seconds=view), "page_view", page="/S06")
        for _ in range(session["key_events"]):
            drop.add(visitor, NOON + timedelta(seconds=1), "subscribe", is_key_event=True)
        drop.add(visitor, end, "page_ping", page="/S06")


def add_s07(drop: Drop, inputs: dict) -> None:
    types = {"view": "page_view", "ping": "page_ping"}
    for session in inputs["sessions"]:
        visitor, at = f"S07-{session['id']}", NOON
        for event in session["events"]:
            kind, _, what = event.partition(":")
            if kind == "play":
                drop.add(visitor, at, "play", title="S07", position=0)
                end = drop.watch(visitor, at, "S07", 0, int(what))
                drop.add(visitor, end, "pause", title="S07", position=int(what))
                at = end
            else:
                drop.add(visitor, at, types.get(kind, kind), page=f"/{what or 'home'}")
            at += timedelta(seconds=3)


def add_s09(drop: Drop, inputs: dict) -> None:
    for session in inputs["sessions"]:
        tags = {}
        if session["campaign"]:
            tags = {f"utm_{key}": session[key] for key in ("source", "medium", "campaign")}
        at = NOON + timedelta(days=session["day"])
        drop.add("S09", at, "page_view", page="/S09", **tags)
        if session["conversions"]:
            drop.add("S09", at + timedelta(seconds=9), "subscribe", is_key_event=True)


def add_v01(drop: Drop, inputs: dict) -> None:
    for number, seconds in enumerate(inputs["watched_seconds"]):
        end = drop.watch(f"V01-{number}", NOON, "V01", 0, seconds)
        drop.add(f"V01-{number}", end, "pause", title="V01", position=seconds)


def add_v03(drop: Drop, inputs: dict) -> None:
    for view, stretches in inputs["views"].items():
        at = NOON
        for first, last in stretches:
            at = drop.watch(f"V03-{view}", at, "V03", first, last - first, player_id=view)
            drop.add(f"V03-{view}", at, "seek", title="V03", position=last, player_id=view)
            at += timedelta(seconds=1)


def add_v05(drop: Drop, inputs: dict) -> None:
    drop.add("V05", NOON, "play", title="V05", position=0)
    for mark in inputs["progress"]:
        at = NOON + timedelta(seconds=mark["t"])
        drop.add("V05", at, "heartbeat", title="V05", position=mark["pct"])
    at = NOON + timedelta(seconds=inputs["first_seek_t"])
    drop.add("V05", at, "seek", title="V05", position=75)


def add_a05(drop: Drop, inputs: dict) -> None:
    for number, marks in enumerate(inputs["views"]):
        for step, mark in enumerate(marks):
            event_type, position = MARKS[mark]
            at = NOON + timedelta(seconds=10 * step)
            drop.add(f"A05-{number}", at, event_type, title="A05", position=position)


MARKS = {
    "start": ("play", 0),
    "q1": ("heartbeat", 25),
    "q2": ("heartbeat", 50),
    "q3": ("heartbeat", 75),
    "complete": ("ended", 100),
}
"""The quartiles of a title of 100 seconds as a player tells them."""

CASES: dict[str, Callable[[Drop, dict], None]] = {
    "S01": add_s01,
    "S03": add_s03,
    "S06": add_s06,
    "S07": add_s07,
    "S09": add_s09,
    "V01": add_v01,
    "V03": add_v03,
    "V05": add_v05,
    "A05": add_a05,
}


def events_of(cases: dict[str, dict]) -> list[dict]:
    """The events of all of them, of which none meets another."""
    drop = Drop()
    for name, add in CASES.items():
        add(drop, cases[name]["inputs"])
    return drop.rows
