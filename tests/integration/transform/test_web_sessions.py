"""Sessions: however drops come, what plain Python and a build from scratch give."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .site import deliver_site
from .web_events import (
    START,
    chances,
    clock,
    load_feed,
    sessions,
    told,
    web_event,
    web_rows,
)

NewWarehouse = Callable[[], Warehouse]
TABLES = (
    "vault.claimed_event",
    "vault.session_event",
    "vault.session",
    "vault.session_background",
    "vault.visitor_first_session",
    "vault.player_stay",
    "vault.video_stay",
    "marts.sessions",
    "marts.home_drop_off_daily",
    "marts.page_drop_off",
    "marts.session_funnel",
    "marts.session_features",
    "marts.video_plays",
    "marts.content_drop_off",
    "marts.content_reads_daily",
)
SELECTED = ("--select", *(f"+{table.partition('.')[2]}" for table in TABLES))
"""What these tables need, and no more."""
DELIVERIES = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def contents(warehouse: Warehouse) -> dict[str, list[str]]:
    with warehouse.connected() as execute:
        return {table: sorted(map(str, execute(f"select * from {table}"))) for table in TABLES}


def found_sessions(warehouse: Warehouse) -> set[tuple]:
    return set(
        warehouse.execute("select viewer_id, started_at, ended_at, events from marts.sessions")
    )


def check_any_delivery(
    new_warehouse: NewWarehouse, rows: list[dict], deliveries: list[list[int]]
) -> None:
    """A build after each drop gives what plain Python and a build from scratch give."""
    in_parts = new_warehouse()
    for number, chosen in enumerate(deliveries):
        load_feed(in_parts, "web_events", str(number), [rows[index] for index in chosen])
        in_parts.run(*SELECTED)
    scratch = new_warehouse()
    load_feed(scratch, "web_events", "all", rows)
    scratch.run(*SELECTED)
    assert found_sessions(scratch) == sessions(rows)
    assert contents(in_parts) == contents(scratch)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict], list[list[int]]]:
    """Events, and drops that together hold each of them, in any order and with repeats."""
    rows = draw(web_rows())
    chance = draw(chances)
    drops: list[list[int]] = [[], [], []]
    for index in range(len(rows)):
        drops[chance.randrange(3)].append(index)
        if chance.random() < 0.1:
            drops[chance.randrange(3)].append(index)
    for drop in drops:
        chance.shuffle(drop)
    return rows, [drop for drop in drops if drop]


@ON_BOTH_SLOWLY
@settings(max_examples=1, **DELIVERIES)
@given(deliveries())
def test_any_delivery_gives_the_same_sessions(new_warehouse: NewWarehouse, delivery: tuple) -> None:
    check_any_delivery(new_warehouse, *delivery)


@pytest.mark.slow
@settings(max_examples=3, **DELIVERIES)
@given(deliveries())
def test_any_of_many_deliveries_gives_the_same_sessions(
    new_warehouse: NewWarehouse, delivery: tuple
) -> None:
    check_any_delivery(new_warehouse, *delivery)


@pytest.mark.slow
def test_a_run_is_cut_a_day_after_its_start(new_warehouse: NewWarehouse) -> None:
    """Visitors with an event every 29 minutes for one to two days; every other one is late."""
    rows = [
        web_event(
            f"{length}-{number}",
            START + timedelta(minutes=29 * number),
            "page_view",
            page="/",
            visitor_id=str(length),
        )
        for length in (49, 50, 51, 75, 99)
        for number in range(length)
    ]
    late_last = [list(range(0, len(rows), 2)), list(range(1, len(rows), 2))]
    check_any_delivery(new_warehouse, rows, late_last)


@ON_BOTH_SLOWLY
def test_the_table_in_the_docs(warehouse: Warehouse) -> None:
    """Each row of it is a visitor: no midnight cuts a session, no ping starts or stretches one."""
    every_20_minutes = [f"{minute // 60}:{minute % 60} page_view" for minute in range(0, 2400, 20)]
    rows = [
        *told("gap", "10:00 page_view", "10:29:59 page_view", "10:59:58 page_view"),
        *told("timeout", "10:00 page_view", "10:30 page_view"),
        *told(
            "pings",
            "10:00 page_view", "10:05 page_ping", "10:15 page_ping", "10:25 page_ping",
            "10:35 page_ping", "10:40 page_ping", "10:41 click",
        ),
        *told(
            "film",
            "10:00 page_view", *(f"{10 + n // 3}:{n % 3 * 20} heartbeat" for n in range(7)),
            "12:10 click",
        ),
        *told("midnight", "23:50 page_view", "24:10 page_view"),
        *told("robot", *every_20_minutes),
        *told("signed in", "10:00 page_view", "10:05 page_view 1", "10:10 page_view"),
        *told("shared", "10:00 page_view 2", "10:05 page_view", "10:10 page_view 3"),
        *told("phone", "10:00 page_view 4"),
        *told("computer", "10:10 page_view 4"),
        *told("delivered", "10:00 page_view", "12:00 page_view", session_id="s1"),
    ]  # fmt: skip
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run(*SELECTED)
    found = warehouse.execute(
        "select viewer_id, started_at, ended_at, events from marts.sessions order by 1, 2"
    )
    expected = [
        ("account:1", "10:00", "10:10", 3),
        ("account:2", "10:00", "10:00", 1),
        ("account:3", "10:05", "10:10", 2),
        ("account:4", "10:00", "10:10", 2),
        ("cookie:delivered", "10:00", "12:00", 2),
        ("cookie:film", "10:00", "12:10", 9),
        ("cookie:gap", "10:00", "10:59:58", 3),
        ("cookie:midnight", "23:50", "24:10", 2),
        ("cookie:pings", "10:00", "10:00", 4),
        ("cookie:pings", "10:41", "10:41", 1),
        ("cookie:robot", "0:00", "23:40", 72),
        ("cookie:robot", "24:00", "39:40", 48),
        ("cookie:timeout", "10:00", "10:00", 1),
        ("cookie:timeout", "10:30", "10:30", 1),
    ]
    assert found == [
        (visitor, clock(start), clock(end), events) for visitor, start, end, events in expected
    ]
    assert warehouse.execute(
        "select broadcast_date, session_seconds from marts.sessions"
        " where viewer_id = 'cookie:midnight'"
    ) == [(clock("0:00").date(), 1200.0)]
    assert warehouse.execute(
        "select session_seconds, engaged_seconds from marts.sessions"
        " where viewer_id = 'cookie:pings' order by started_at"
    ) == [(0.0, 180.0), (0.0, 0.0)]


@pytest.mark.slow
def test_a_delivered_session_of_many_days(warehouse: Warehouse) -> None:
    """Begun 40 days before its film and 45 before the visitor's next session: that one's history,
    and the play once the film's length is told, are those of a build from scratch."""
    film = {"title": "film", "session_id": "s1"}
    at_day_40 = [
        f"{24 * 40 + 10}:00{seconds}" for seconds in (" play", ":30 heartbeat", ":40 pause")
    ]
    rows = [
        *told("v", "10:00 page_view", session_id="s1"),
        *told("v", *at_day_40, position=20, **film),
    ]
    load_feed(warehouse, "web_events", "1", rows)
    warehouse.run(*SELECTED)
    load_feed(warehouse, "web_events", "2", told("v", f"{24 * 45 + 10}:00 page_view"))
    warehouse.run(*SELECTED)
    load_feed(warehouse, "titles", "1", [{"title": "film", "kind": "video", "length": 80}])
    warehouse.run(*SELECTED)
    assert warehouse.execute(
        "select recent_sessions, recent_seconds_played from marts.session_features"
        " order by started_at"
    ) == [(0, 0.0), (0, 40.0)]
    assert warehouse.execute("select progress_rate from marts.video_plays") == [(0.25,)]
    in_parts = contents(warehouse)
    warehouse.run("--full-refresh", *SELECTED)
    assert contents(warehouse) == in_parts


@pytest.mark.slow
@ON_BOTH
def test_lost_tables_of_sessions_are_made_again(warehouse: Warehouse) -> None:
    deliver_site(warehouse)
    warehouse.run(*SELECTED)
    before = contents(warehouse)
    for table in ("link_web_event", "session_activity", "claimed_event", "title_reported_length"):
        warehouse.execute(f"drop table vault.{table} cascade")
    warehouse.run(*SELECTED)
    assert contents(warehouse) == before
    assert all(before[table] for table in ("marts.sessions", "marts.content_drop_off"))
