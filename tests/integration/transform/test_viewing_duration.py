"""average_viewing_duration and audience_activity are what plain Python counts."""

import itertools
import json
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest

from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at, event
from .listen_events import listen_event
from .panel import deliver_profiles, membership, profile, profile_on
from .sessions import drop, session
from .web_events import load_feed, web_event

FIRST, SECOND, THIRD = (date(2024, 1, day) for day in (1, 2, 3))
DAYS = (FIRST, SECOND, THIRD)
PROFILES = [
    profile("p1", "2024-01-01", gender="male", birth_year=1990, weight=1000),
    profile("p2", "2024-01-01", gender="female", birth_year=1960, weight=500),
    profile("p3", "2024-01-02", gender="female", birth_year=2010),
    profile("account:w1", "2024-01-01", gender="female", birth_year=1995, weight=2.5),
]


class Stay(NamedTuple):
    """A stay as the drops below tell it."""

    viewer: str
    day: date
    platform: str
    device: str
    genre: str
    seconds: int


STAYS = [
    Stay("p1", FIRST, "tv", "tv", "news", 600),
    Stay("p1", FIRST, "tv", "tv", "unknown", 60),
    Stay("p2", FIRST, "tv", "tv", "news", 300),
    Stay("box", FIRST, "tv", "tv", "drama", 300),
    Stay("box", FIRST, "tv", "tv", "news", 60),
    Stay("account:w1", FIRST, "video", "mobile", "drama", 50),
    Stay("account:w1", FIRST, "video", "desktop", "unknown", 30),
    Stay("cookie:c1", FIRST, "video", "unknown", "unknown", 10),
    Stay("account:w1", FIRST, "audio", "desktop", "unknown", 200),
    Stay("p3", SECOND, "tv", "tv", "news", 100),
]
KNOWN_FROM = {"box": FIRST, "account:w1": FIRST, "cookie:c1": FIRST, "p3": SECOND}


def played(number: int, visitor: dict, title: str, start: datetime, seconds: int) -> list[dict]:
    """A view of a title: its play and its pause."""
    end = start + timedelta(seconds=seconds)
    return [
        web_event(f"{number}a", start, "play", title=title, **visitor),
        web_event(f"{number}b", end, "pause", title=title, **visitor),
    ]


def deliver_events(warehouse: Warehouse) -> None:
    evening = at("2024-01-01 20:00:00")
    lengths = (("p1", "News", 0, 600), ("p1", "Plain", 1200, 60), ("p2", "News", 0, 300))
    sessions = [
        session(viewer, channel, evening + timedelta(seconds=after), duration=seconds)
        for viewer, channel, after, seconds in lengths
    ]
    sessions.append(session("p3", "News", at("2024-01-02 20:00:00"), duration=100))
    warehouse.deliver("tv_sessions_1.csv", drop(sessions))
    box = [
        event("box", evening, "ELWS", "News", "7"),
        event("box", evening + timedelta(seconds=300), "ELWS", "News"),
        event("box", evening + timedelta(seconds=360), "SSTAND"),
    ]
    warehouse.load("1", box)
    account = {"account_id": "w1", "visitor_id": "c2"}
    web = [
        *played(1, account | {"device": "mobile"}, "film", evening, 50),
        *played(2, account | {"device": "desktop"}, "clip", at("2024-01-01 21:00:00"), 30),
        *played(3, {"visitor_id": "c1"}, "clip", evening, 10),
        web_event("4", "2024-01-03T10:00:00", "page_view", page="/", **account),
    ]
    load_feed(warehouse, "web_events", "1", web)
    song = listen_event("w1", "s1", 0, at("2024-01-01 22:00:00"), song="A", length="200")
    warehouse.deliver("listen_events_1.json", json.dumps(song) + "\n")


def deliver_references(warehouse: Warehouse) -> None:
    """The genres and profiles."""
    warehouse.deliver("channels_1.csv", "channel,name,broadcaster,genre\nnews,News,,news\n")
    warehouse.deliver("programmes_1.tsv", "program_id\tprogram_name\tgenre\n7\tSeven\tdrama\n")
    film = {"title": "film", "kind": "video", "genre": "drama"}
    load_feed(warehouse, "titles", "1", [film, {"title": "clip", "kind": "video"}])
    deliver_profiles(warehouse, "1", PROFILES)


def weight(viewer: str, day: date) -> float:
    said = profile_on(PROFILES, viewer, day) or {}
    return said.get("weight", 1)


def expected() -> dict[tuple, tuple[float, int, float, float | None, float | None, float]]:
    """By date, target, platform, device and genre: seconds, viewers, their weights, the average per
    viewer and per person, and the universe, for every slice with viewing on some date."""
    members, universe = membership(PROFILES, KNOWN_FROM, DAYS)
    seconds: dict[tuple, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    slices = set()
    for stay in STAYS:
        for each in itertools.product(*((said, "all") for said in stay[2:5])):
            slices.add(each)
            for target in {target for target, *who in members if who == [stay.viewer, stay.day]}:
                seconds[(stay.day, target, *each)][stay.viewer] += stay.seconds
    found = {}
    for (day, target), persons in universe.items():
        for each in slices:
            by_viewer = seconds[(day, target, *each)]
            weights = sum(weight(viewer, day) for viewer in by_viewer)
            total = sum(weight(viewer, day) * spent for viewer, spent in by_viewer.items())
            found[(day, target, *each)] = (
                total,
                len(by_viewer),
                weights,
                total / weights if weights else None,
                total / persons if persons else None,
                persons,
            )
    return found


@ON_BOTH_SLOWLY
def test_by_platform_device_target_and_genre(warehouse: Warehouse) -> None:
    """The genres and profiles come a build after what they describe."""
    selected = ("--select", "+average_viewing_duration", "+seconds_by_date")
    deliver_events(warehouse)
    warehouse.run(*selected)
    deliver_references(warehouse)
    warehouse.run(*selected)
    found = {
        row[:5]: row[5:]
        for row in warehouse.execute(
            "select broadcast_date, target, platform, device, genre, viewing_seconds, viewers,"
            " viewers_weighted, average_seconds_per_viewer, average_seconds_per_person, universe"
            " from marts.average_viewing_duration"
        )
    }
    assert found == expected()
    assert found[FIRST, "all", "all", "all", "all"][:3] == (811070, 5, 1504.5)
    assert found[FIRST, "all", "video", "all", "all"][:4] == (210, 2, 3.5, 60)
    assert found[FIRST, "all", "all", "all", "drama"][:2] == (425, 2)
    assert found[THIRD, "all", "audio", "all", "all"][:4] == (0, 0, 0, None)
    assert warehouse.execute("select sum(totals_that_differ) from marts.seconds_by_date") == [(0,)]


def activity(active: dict[str, dict[date, set[str]]], last: date) -> dict[tuple, tuple]:
    """By platform and date DAU, WAU, MAU, the mean DAU of 30 dates and stickiness."""
    found = {}
    for platform, viewers in active.items():
        first = min(viewers)
        dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for place, day in enumerate(dates):
            week, month = (dates[max(place - n, 0) : place + 1] for n in (6, 29))
            daily, weekly, monthly = (
                len(set().union(*(viewers.get(each, set()) for each in days)))
                for days in ([day], week, month)
            )
            mean = sum(len(viewers.get(each, ())) for each in month) / len(month)
            stickiness = mean / monthly if monthly else None
            found[platform, day] = (daily, weekly, monthly, mean, stickiness)
    return found


@pytest.mark.slow
@ON_BOTH
def test_active_viewers_of_a_day_a_week_and_a_month(warehouse: Warehouse) -> None:
    """Seventy dates, with gaps longer than a month; every other row comes a build later."""
    chance = random.Random(1)  # noqa: S311 - the same viewers each time
    active: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    television, video = [], []
    for number in range(60):
        day = chance.choice((*range(25), *range(62, 70)))
        viewer, start = f"p{chance.randrange(6)}", at("2024-01-01 20:00:00") + timedelta(days=day)
        is_video = chance.random() < 0.4
        if is_video:
            who = {"account_id": viewer, "visitor_id": viewer}
            video += played(number, who, "t", start + timedelta(seconds=number), 9)
            viewer = f"account:{viewer}"
        else:
            television.append(session(viewer, "News", start, duration=600))
        for platform in ("video" if is_video else "tv", "all"):
            active[platform][start.date()].add(viewer)
    for part in range(2):
        warehouse.deliver(f"tv_sessions_{part}.csv", drop(television[part::2]))
        load_feed(warehouse, "web_events", f"{part}", video[part::2])
        warehouse.run("--select", "+audience_activity")
    found = {
        row[:2]: row[2:]
        for row in warehouse.execute(
            "select platform, broadcast_date, daily_active_viewers, weekly_active_viewers,"
            " monthly_active_viewers, mean_daily_active_viewers, stickiness_rate"
            " from marts.audience_activity"
        )
    }
    expected_activity = activity(active, max(active["all"]))
    assert found.keys() == expected_activity.keys()
    for key, figures in expected_activity.items():
        assert found[key] == pytest.approx(figures), key
    assert None in {figures[-1] for figures in found.values()}
