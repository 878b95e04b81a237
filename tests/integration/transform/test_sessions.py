"""Viewing sessions: what overlaps, repeats and comes late is what plain Python makes of it."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at
from .sessions import Interval, drop, intervals, made, rows, session, told_apart


def found(warehouse: Warehouse) -> set[Interval]:
    stays = warehouse.execute(
        "select viewer_id, device_id, channel_id, broadcast_date, started_at, ended_at,"
        " broadcast_at, reach_seconds * interval '1 second' from vault.viewing_interval as stay"
        " inner join vault.hub_viewer as viewer on stay.viewer_hk = viewer.viewer_hk"
        " inner join vault.hub_device as device on stay.device_hk = device.device_hk"
        " inner join vault.hub_channel as channel on stay.channel_hk = channel.channel_hk"
    )
    assert len(set(stays)) == len(stays)
    return {Interval(*stay) for stay in stays}


@ON_BOTH_SLOWLY
@pytest.mark.parametrize("rule", ["person", pytest.param("device", marks=pytest.mark.slow)])
def test_overlapping_sessions(warehouse: Warehouse, rule: str) -> None:
    chance = random.Random(rule)  # noqa: S311 - the same sessions each time
    sessions = told_apart(made(chance, 30) for _ in range(400))
    warehouse.deliver("tv_sessions_1.csv", drop(sessions))
    warehouse.manifest = None  # settings are read where the project is parsed
    warehouse.run("--vars", f"{{overlap_rule: {rule}}}")
    assert found(warehouse) == intervals(sessions, rule)
    assert warehouse.execute("select sum(unexplained_rows) from marts.reconciliation") == [(0,)]


@ON_BOTH_SLOWLY
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(rows, min_size=6, max_size=30).map(told_apart), st.randoms(use_true_random=False))
def test_any_delivery_gives_the_same_intervals(
    new_warehouse: NewWarehouse, sessions: list[dict], chance: random.Random
) -> None:
    """A build after each of two drops, some rows in both."""
    warehouse = new_warehouse()
    parts = [[], []]
    for row in chance.sample(sessions, len(sessions)):
        for part in chance.choice(((0,), (1,), (0, 1))):
            parts[part].append(row)
    for number, part in enumerate(parts):
        if part:
            warehouse.deliver(f"tv_sessions_{number}.csv", drop(part))
            warehouse.run()
    assert found(warehouse) == intervals(sessions, "person")
    assert warehouse.execute("select sum(unexplained_rows) from marts.reconciliation") == [(0,)]


def test_a_session_id_is_one_session_of_each_viewer(warehouse: Warehouse) -> None:
    """A meter that counts sessions by household tells of two people in one."""
    both = [
        session(who, "Alpha", at("2024-01-01 20:00:00"), duration=1800, session_id="home")
        for who in ("p1", "p2")
    ]
    warehouse.deliver("tv_sessions_1.csv", drop(both))
    warehouse.run("--select", "+viewing_interval", "+hub_viewer", "+hub_channel", "+hub_device")
    assert found(warehouse) == intervals(both, "person")


@ON_BOTH_SLOWLY
def test_a_session_id_is_one_session_whenever_it_comes(warehouse: Warehouse) -> None:
    """The row that ends last holds, whatever came first; the day of the other is cleared."""
    longer = session("p1", "Alpha", at("2024-01-01 20:00:00"), duration=1800, session_id="s1")
    shorter = session("p1", "Beta", at("2023-12-30 20:00:00"), duration=1700, session_id="s1")
    for number, row in enumerate((shorter, longer, shorter)):
        warehouse.deliver(
            f"tv_sessions_{number}.csv", drop([row, row | {"play_speed": 2}][: number + 1])
        )
        warehouse.run()
    assert found(warehouse) == intervals([longer], "person")
