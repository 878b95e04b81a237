"""Programmes: whatever comes late, is corrected or played back, the audiences of plain Python."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import MARTS, Warehouse

from .events import at
from .panel import deliver_profiles, deliver_schedule, profile, slot
from .programmes import flow, holding, made_slot, played_back, ratings, rows
from .reference import clean
from .sessions import drop, intervals, session, told_apart

DELIVERIES = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
COLUMNS = (
    "viewing_seconds, viewers, viewers_weighted, reach_1min, reach_3min, reach_5min, reach_15min,"
    " audience_at_start, audience_at_end, peak_audience, peak_minute_at, share_pct"
)
MEASURED = ("--select", "+programme_ratings", "+audience_flow", "hub_viewer")
TESTED = (
    *("--select", "programme_viewing+", "--exclude", "seconds_by_date+"),
    *("--exclude-resource-type", "unit_test"),
)
TABLES = {
    name: MARTS[name]
    for name in (
        "marts.programme_ratings",
        "marts.audience_flow",
        "vault.programme_viewing",
        "vault.programme_minute",
    )
}
PROFILES = [
    profile("p1", "2023-12-01", weight=2.5),
    profile("p1", "2024-01-01", weight=1200.125),
    profile("p2", "2023-12-31", weight=0.5),
    profile("p3", "2024-01-02", weight=0),
]


def rounded(measures: tuple) -> tuple:
    return tuple(round(one, 6) if isinstance(one, float) else one for one in measures)


def check_against_python(
    warehouse: Warehouse, sessions: list[dict], schedule: list[list[tuple]]
) -> None:
    """The schedule's drops in the order in which they were written."""
    stays = intervals(sessions, "person")
    with warehouse.connected() as execute:
        first, last = execute(
            "select min(broadcast_date), max(broadcast_date) from vault.universe_daily"
        )[0]
        found = execute(
            "select channel_id, programme_id, started_at, ended_at, consolidation,"
            f" {COLUMNS} from marts.programme_ratings"
        )
        flows = execute(
            "select channel_id, programme_id, started_at, ended_at, direction, flow_channel_id,"
            " viewers, viewers_weighted from marts.audience_flow"
        )
    slots = [
        one
        for one in holding(schedule)
        if first is not None
        and one[2].date() <= last
        and (
            first <= one[2].date()
            or any(measures[1] for measures in ratings(one, stays, PROFILES).values())
        )
    ]
    assert {row[:5]: rounded(row[5:]) for row in found} == {
        (clean(one[0]), *one[1:], consolidation): rounded(measures)
        for one in slots
        for consolidation, measures in ratings(one, stays, PROFILES).items()
    }
    assert {row[:6]: row[6:] for row in flows} == {
        (clean(one[0]), *one[1:], *key): counts
        for one in slots
        for key, counts in flow(one, stays, PROFILES).items()
    }


def check_any_delivery(new_warehouse: NewWarehouse, seed: int) -> None:
    """Sessions, profiles and a corrected schedule, in drops in any order, a build after some."""
    chance = random.Random(seed)  # noqa: S311 - the same drops each time
    warehouse = new_warehouse()
    sessions = told_apart(played_back(chance) for _ in range(40))
    cut = chance.randint(0, len(sessions))
    schedule = [
        list({(clean(one[0]), *one[1:3]): one for one in map(made_slot, [chance] * 14)}.values())
        for _ in range(2)
    ]
    deliveries = [
        lambda: warehouse.deliver("tv_sessions_1.csv", drop(sessions[:cut])),
        lambda: warehouse.deliver("tv_sessions_2.csv", drop(sessions[cut:])),
        lambda: deliver_profiles(warehouse, "1", PROFILES[:2]),
        lambda: deliver_profiles(warehouse, "2", PROFILES[2:]),
        lambda: deliver_schedule(warehouse, "1", rows(schedule[0])),
        lambda: deliver_schedule(warehouse, "2", rows(schedule[1]), written=1),
    ]
    for number, deliver in enumerate(chance.sample(deliveries, len(deliveries))):
        deliver()
        if number % 2:
            warehouse.run(*MEASURED)
    check_against_python(warehouse, sessions, schedule)
    assert warehouse.dbt("test", *TESTED), warehouse.last


@ON_BOTH_SLOWLY
@settings(max_examples=1, **DELIVERIES)
@given(st.integers(0, 10_000))
def test_any_delivery_gives_the_same_audiences(new_warehouse: NewWarehouse, seed: int) -> None:
    check_any_delivery(new_warehouse, seed)


@pytest.mark.slow
@settings(max_examples=5, **DELIVERIES)
@given(st.integers(0, 10_000))
def test_any_of_many_deliveries_gives_the_same_audiences(
    new_warehouse: NewWarehouse, seed: int
) -> None:
    check_any_delivery(new_warehouse, seed)


def test_a_programme_is_played_back_after_it_was_broadcast(new_warehouse: NewWarehouse) -> None:
    """Also one from before the first event, whose universe nobody knows; never before it was. Who
    comes after five minutes of nothing comes from where it was before."""
    warehouse = new_warehouse()
    seen, shown = at("2024-12-20 10:00:00"), at("2024-12-19 20:00:00")
    ahead = at("2024-12-20 20:00:00")
    deliver_schedule(
        warehouse,
        "1",
        [
            slot("Alpha", "x", "2024-12-19 20:00", "2024-12-19 21:00"),
            slot("Alpha", "y", "2024-12-20 20:00", "2024-12-20 21:00"),
        ],
    )
    replay = session("p1", "Alpha", seen, duration=3600, broadcast_at=shown)
    too_soon = session("p2", "Alpha", seen, duration=3600, broadcast_at=ahead)
    clocks_differ = session(
        "p3", "Alpha", ahead, duration=60, broadcast_at=ahead + timedelta(seconds=2)
    )
    live = session("p4", "Alpha", ahead, duration=60)
    before = session("p4", "Beta", ahead - timedelta(minutes=10), duration=300)
    warehouse.deliver("tv_sessions_1.csv", drop([replay, too_soon, clocks_differ, live, before]))
    warehouse.run(*MEASURED)
    found = warehouse.execute(
        "select programme_id, consolidation, viewers, viewing_seconds, universe"
        " from marts.programme_ratings where consolidation in ('overnight', 'consolidated_7')"
        " order by 1, 2"
    )
    assert found == [
        ("x", "consolidated_7", 1, 3600, None),
        ("x", "overnight", 0, 0, None),
        ("y", "consolidated_7", 2, 120, 4),
        ("y", "overnight", 2, 120, 4),
    ]
    flows = warehouse.execute(
        "select direction, flow_channel_id, viewers from marts.audience_flow"
        " where programme_id = 'y' order by direction"
    )
    assert flows == [("from", "BETA", 1), ("to", None, 1)]


@ON_BOTH_SLOWLY
def test_what_comes_late_ends_in_the_marts_of_a_rebuild(new_warehouse: NewWarehouse) -> None:
    """A play-back 28 days after, a corrected schedule, a profile of the programme's date, viewing
    before all other, and a programme cancelled: each with a build of its own."""
    programme = at("2024-01-01 20:00:00")
    live = session("p1", "Alpha", programme, duration=3600)
    late = session("p2", "Alpha", at("2024-01-29 10:00:00"), duration=3600, broadcast_at=programme)
    before = session("p1", "Alpha", at("2023-12-20 20:00:00"), duration=60)
    replay = session(
        "p2", "Alpha", at("2023-12-22 10:00:00"), duration=60,
        broadcast_at=at("2023-12-01 20:00:00"),
    )  # fmt: skip
    shown = [slot("Alpha", "x", "2024-01-01 20:00", "2024-01-01 21:00")]
    older = [slot("Alpha", "y", "2023-12-01 20:00", "2023-12-01 21:00")]
    longer = [slot("Alpha", "x", "2024-01-01 20:00", "2024-01-01 22:00")]
    other = [slot("Alpha", "z", "2024-01-01 20:30", "2024-01-01 21:30")]
    steps = [
        lambda one: deliver_schedule(one, "0", older),
        lambda one: deliver_schedule(one, "1", shown),
        lambda one: one.deliver("tv_sessions_1.csv", drop([live])),
        lambda one: one.deliver("tv_sessions_2.csv", drop([late])),
        lambda one: deliver_schedule(one, "2", longer, written=1),
        lambda one: deliver_profiles(
            one, "1", [profile("p2", "2024-01-01", weight=7), profile("p2", "2024-01-02")]
        ),
        lambda one: one.deliver("tv_sessions_3.csv", drop([before, replay])),
        lambda one: deliver_schedule(one, "3", other, written=2),
    ]
    in_steps = new_warehouse()
    viewers = []
    for number, step in enumerate(steps):
        step(in_steps)
        in_steps.run(*MEASURED)
        if number == len(steps) - 2:
            viewers = dict(
                in_steps.execute(
                    "select consolidation, viewers_weighted from marts.programme_ratings"
                    " where programme_id = 'x'"
                )
            )
    assert (viewers["live"], viewers["consolidated_28"]) == (1, 8)
    scratch = new_warehouse()
    for step in steps:
        step(scratch)
    scratch.run(*MEASURED)
    for table, key in TABLES.items():
        select = f"select * from {table} order by {key}"
        assert in_steps.execute(select) == scratch.execute(select), table
