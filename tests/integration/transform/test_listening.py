"""Listening, delivered in any order, is what plain Python makes of it."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at
from .listen_events import Play, listen_event, listening_by_date, listens, plays

NewWarehouse = Callable[[], Warehouse]
DATED = (
    "song_plays_hourly",
    "top_songs_daily",
    "listening_daily",
    "subscription_changes",
    "average_viewing_duration",
    "viewing_duration_daily",
)
SELECTED = ("--select", "+song_plays", "+reconciliation", *(f"+{mart}" for mart in DATED))
FIGURES = "plays, streams, skips, early_skips, listeners, listening_seconds"


def drop(rows: Iterable[dict]) -> str:
    """JSON lines with a blank one between, as eventsim's first log has them."""
    return "\n\n".join(json.dumps(row) for row in rows) + "\n"


def found_plays(warehouse: Warehouse) -> list[Play]:
    return [
        Play(viewer.removeprefix("account:"), *others)
        for viewer, *others in warehouse.execute(
            "select viewer_id, song_title, started_at, played_seconds, is_skip"
            " from marts.song_plays order by started_at, viewer_id"
        )
    ]


def check_listening(warehouse: Warehouse, rows: list[dict]) -> None:
    """song_plays and listening_daily are those of the reference, and every row is explained."""
    expected = plays(rows)
    assert Counter(found_plays(warehouse)) == Counter(expected)
    found = {
        day: dict(zip(FIGURES.split(", "), figures, strict=True))
        for day, *figures in warehouse.execute(
            f"select broadcast_date, {FIGURES} from marts.listening_daily"
        )
    }
    for figures in found.values():
        figures["listening_seconds"] = round(Decimal(figures["listening_seconds"]), 3)
    assert found == listening_by_date(expected)
    assert warehouse.execute("select sum(unexplained_rows) from marts.reconciliation") == [(0,)]


def marts(warehouse: Warehouse) -> dict[str, list[str]]:
    return {
        mart: sorted(map(str, warehouse.execute(f"select * from marts.{mart}"))) for mart in DATED
    }


def told_apart(row: dict) -> tuple:
    return row["sessionId"], row["ts"], row["itemInSession"]


def check_any_delivery(
    new_warehouse: NewWarehouse, rows: list[dict], chance: random.Random
) -> Warehouse:
    """A build after each of three drops, some rows in several, and one from scratch, returned."""
    in_parts, scratch = new_warehouse(), new_warehouse()
    parts: list[list[dict]] = [[], [], []]
    for row in chance.sample(rows, len(rows)):
        for part in chance.choice(((0,), (1,), (2,), (0, 1), (1, 2), (2, 2))):
            parts[part].append(row)
    for number, part in enumerate(parts):
        if part:
            in_parts.deliver(f"listen_events_{number}.json", drop(part))
            in_parts.run(*SELECTED)
    check_listening(in_parts, rows)
    scratch.deliver("listen_events_all.json", drop(rows))
    scratch.run(*SELECTED)
    check_listening(scratch, rows)
    assert marts(in_parts) == marts(scratch)
    return scratch


DELIVERIES = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
# A build tries a hundred events as fast as ten, so there are many sessions in one.
MANY = st.lists(listens, min_size=100, max_size=150, unique_by=told_apart)


@ON_BOTH_SLOWLY
@settings(max_examples=1, **DELIVERIES)
@given(MANY, st.randoms(use_true_random=False))
def test_any_delivery_gives_the_same_listening(
    new_warehouse: NewWarehouse, rows: list[dict], chance: random.Random
) -> None:
    check_any_delivery(new_warehouse, rows, chance)


@pytest.mark.slow
@settings(max_examples=3, **DELIVERIES)
@given(MANY, st.randoms(use_true_random=False))
def test_any_of_many_deliveries_gives_the_same_listening(
    new_warehouse: NewWarehouse, rows: list[dict], chance: random.Random
) -> None:
    """Every data test holds too."""
    scratch = check_any_delivery(new_warehouse, rows, chance)
    cautious = ("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")
    assert scratch.dbt("test", *SELECTED, *cautious), scratch.last


@ON_BOTH_SLOWLY
def test_the_songs_of_a_session(warehouse: Warehouse) -> None:
    """Listening, stream by stream, as METRICS describes it, with what a late Logout changes."""
    rows = [
        listen_event("1", "s1", 0, at("2024-01-01 20:00:00"), "Home"),
        listen_event("1", "s1", 1, at("2024-01-01 20:00:00"), song="played out", length="200"),
        listen_event("1", "s1", 2, at("2024-01-01 20:01:00"), "Help"),
        listen_event("1", "s1", 3, at("2024-01-01 20:03:19"), song="skipped late", length="300"),
        listen_event("1", "s1", 4, at("2024-01-01 20:04:00"), song="skipped early", length="300"),
        listen_event(
            "1", "s1", 5, at("2024-01-01 20:04:29.999"), song="over midnight", length="14400"
        ),
        listen_event("2", "s2", 0, at("2024-01-01 20:00:00"), song="other session", length="60"),
        listen_event("2", "s2", 1, at("2024-01-01 20:01:00"), song="without length"),
    ]
    late = [
        listen_event("1", "s1", 6, at("2024-01-02 00:00:30"), "Logout"),
        listen_event(None, "s1", 7, at("2024-01-02 00:00:31"), song="nobody's", length="60"),
    ]
    warehouse.deliver("listen_events_1.json", drop(rows))
    warehouse.run(*SELECTED)
    before = {play.song: play for play in found_plays(warehouse)}
    assert before["over midnight"].seconds == 14400
    warehouse.deliver("2024-01-02-events.json", drop(late))
    warehouse.run(*SELECTED)
    seconds = {
        "played out": 199, "skipped late": 41, "skipped early": Decimal("29.999"),
        "over midnight": Decimal("14160.001"), "other session": 60, "without length": None,
    }  # fmt: skip
    assert {play.song: play.seconds for play in found_plays(warehouse)} == seconds
    assert [play.song for play in found_plays(warehouse) if play.is_skip] == [
        "played out", "skipped late", "skipped early"
    ]  # fmt: skip
    assert warehouse.execute(
        "select broadcast_date, plays, streams, early_skips, listening_seconds, skip_rate"
        " from marts.listening_daily order by 1"
    ) == [
        (at("2024-01-01 00:00:00").date(), 6, 4, 1, 14460.0, 0.5),
        (at("2024-01-02 00:00:00").date(), 0, 0, 0, 30.0, None),
    ]
    check_listening(warehouse, rows + late)


@pytest.mark.slow
@ON_BOTH
def test_a_broadcast_day_and_hours_of_the_market(warehouse: Warehouse) -> None:
    """Half past the hour in UTC is the full hour in Kolkata; its day begins at 05:30 there."""
    rows = [
        listen_event("1", "s1", 0, at("2024-01-01 23:59:00"), song="before", length="120"),
        listen_event("1", "s1", 1, at("2024-01-02 00:29:59"), song="at 05:59", length="60"),
        listen_event("1", "s1", 2, at("2024-01-02 00:31:00"), song="at 06:01", length="60"),
    ]
    warehouse.deliver("listen_events_1.json", drop(rows))
    warehouse.manifest = None
    setting = (
        "{market_timezone: Asia/Kolkata, broadcast_day_start: '05:30', skip_tolerance_seconds: 5}"
    )
    warehouse.run("--vars", setting)
    assert warehouse.execute(
        "select broadcast_date, hour_started_at, hour_of_day, plays, played_seconds"
        " from marts.song_plays_hourly order by 2, 1"
    ) == [
        (at("2024-01-01 00:00:00").date(), at("2024-01-01 23:30:00"), 5, 1, 120.0),
        (at("2024-01-02 00:00:00").date(), at("2024-01-01 23:30:00"), 5, 1, 60.0),
        (at("2024-01-02 00:00:00").date(), at("2024-01-02 00:30:00"), 6, 1, 60.0),
    ]
    assert warehouse.execute(
        "select broadcast_date, listening_seconds from marts.listening_daily order by 1"
    ) == [
        (at("2024-01-01 00:00:00").date(), 60.0),
        (at("2024-01-02 00:00:00").date(), 180.0),
    ]
