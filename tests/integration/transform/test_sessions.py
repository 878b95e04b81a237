"""Sessions: however drops come, what plain Python and a build from scratch give."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .web_events import START, load_feed, sessions, web_event, web_rows

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
        in_parts.run()
    scratch = new_warehouse()
    load_feed(scratch, "web_events", "all", rows)
    scratch.run()
    assert found_sessions(scratch) == sessions(rows)
    assert contents(in_parts) == contents(scratch)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict], list[list[int]]]:
    """Events, and drops that together hold each of them, in any order and with repeats."""
    rows = draw(web_rows())
    chance = draw(st.randoms(use_true_random=False))
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
@ON_BOTH
@settings(max_examples=10, **DELIVERIES)
@given(deliveries())
def test_any_of_many_deliveries_gives_the_same_sessions(
    new_warehouse: NewWarehouse, delivery: tuple
) -> None:
    check_any_delivery(new_warehouse, *delivery)


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
