"""Late profiles, and profiles in any order: the membership and universes of plain Python."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY

from .events import at, evening
from .panel import deliver_profiles, found_membership, membership, profile, profile_on

PART = ("--select", "+channel_ratings_period", "+channel_ratings_target", "+hub_viewer")
VIEWED = {("1", "2023-12-30"), ("2", "2023-12-31"), ("3", "2024-01-02"), ("1", "2024-01-02")}
EVENTS = [
    row
    for viewer, day in sorted(VIEWED)
    for row in evening(viewer, at(f"{day} 20:00:00"), at(f"{day} 20:05:00"), "Alpha")
]
FIRST_EVENTS = {"1": date(2023, 12, 30), "2": date(2023, 12, 31), "3": date(2024, 1, 2)}
DAYS = [date(2023, 12, 30) + timedelta(days=n) for n in range(4)]

profiles = st.lists(
    st.builds(
        profile,
        st.sampled_from(["1", "2", "4"]),
        st.sampled_from(
            ["1999-06-01", "2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02", "2024-01-25"]
        ),
        household=st.sampled_from([None, "a", "b"]),
        birth_year=st.sampled_from([None, 1889, 1969, 1989, 2006, 2023]),
        gender=st.sampled_from([None, "female", "male"]),
        weight=st.sampled_from([None, 0, 1, 2.5, 1200.125]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda said: (said["viewer"], said["valid_from"]),
)
DELIVERIES = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[dict]]:
    """Profiles in one to three drops, in any order, some of them twice."""
    said = draw(st.permutations(draw(profiles)))
    cuts = sorted(draw(st.lists(st.integers(0, len(said)), max_size=2)))
    parts = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    repeated = draw(st.sampled_from(said))
    return [part for part in [*parts, [repeated, said[0]]] if part]


def check_any_delivery(new_warehouse: NewWarehouse, drops: list[list[dict]]) -> None:
    """A build after each drop, events between them."""
    warehouse = new_warehouse()
    for number, drop in enumerate(drops):
        deliver_profiles(warehouse, str(number), drop)
        if number == len(drops) // 2:
            warehouse.load("all", EVENTS)
        warehouse.run(*PART)
    warehouse.run(*PART)
    said = {(row["viewer"], row["valid_from"]): row for drop in drops for row in drop}
    members, universe = membership(list(said.values()), FIRST_EVENTS, DAYS)
    with warehouse.connected() as execute:
        assert found_membership(execute, DAYS) == members
        found = {
            (day, target): float(persons)
            for day, target, persons in execute(
                "select broadcast_date, target, universe from vault.universe_daily"
            )
        }
        targets = execute(
            "select broadcast_date, target, viewers_weighted, viewing_seconds, universe"
            " from marts.channel_ratings_target"
        )
        periods = execute(
            "select period, first_date, last_date, viewers_weighted"
            " from marts.channel_ratings_period order by period, first_date"
        )
    assert found == universe
    audience = viewed_by_target(members, list(said.values()))
    assert {(day, target): figures for day, target, *figures in targets} == {
        key: [persons, 300 * persons, universe[key]] for key, persons in audience.items()
    }
    assert [period[:2] for period in periods] == [
        ("month", date(2023, 12, 1)), ("month", date(2024, 1, 1)),
        ("week", date(2023, 12, 25)), ("week", date(2024, 1, 1)),
    ]  # fmt: skip
    for _, first, last, persons in periods:
        assert persons == pytest.approx(viewed_by(first, last, list(said.values())), abs=1e-5)


def viewed_by_target(
    members: set[tuple[str, str, date]], said: list[dict]
) -> dict[tuple[date, str], float]:
    """By date and target: the weights, on that date, of the members who viewed."""
    audience: dict[tuple[date, str], float] = defaultdict(float)
    for target, viewer, day in members:
        if (viewer, day.isoformat()) in VIEWED:
            audience[day, target] += mean_weight(viewer, [day], said)
    return audience


def viewed_by(first: date, last: date, said: list[dict]) -> float:
    """The weights of those who viewed from first to last, each the mean of these dates."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    viewers = {viewer for viewer, day in VIEWED if first <= date.fromisoformat(day) <= last}
    return sum(mean_weight(viewer, days, said) for viewer in viewers)


def mean_weight(viewer: str, days: list[date], said: list[dict]) -> float:
    """Over the dates on which the viewer is known; 1 on those without a profile."""
    weights: list[float] = []
    for day in days:
        held = profile_on(said, viewer, day)
        if held or FIRST_EVENTS.get(viewer, date.max) <= day:
            weights.append(1 if not held or held.get("weight") is None else held["weight"])
    return sum(weights) / len(weights)


@ON_BOTH_SLOWLY
def test_a_first_event_that_comes_late_changes_the_periods_weight(
    new_warehouse: NewWarehouse,
) -> None:
    """A profile of 9 persons from Saturday 2024-01-06 on. Seen first on Wednesday, the viewer is
    (3 * 1 + 2 * 9) / 5 persons in the week and (3 * 1 + 26 * 9) / 29 in January; seen first the
    Saturday before, (5 * 1 + 2 * 9) / 7 and (5 * 1 + 26 * 9) / 31."""
    warehouse = new_warehouse()
    deliver_profiles(warehouse, "1", [profile("1", "2024-01-06", weight=9)])

    def weights_after(day: str) -> list[tuple]:
        first, last = at(f"{day} 20:00:00"), at(f"{day} 20:05:00")
        warehouse.load(day, evening("1", first, last, "Alpha"))
        warehouse.run(*PART)
        return warehouse.execute(
            "select period, viewers_weighted from marts.channel_ratings_period"
            " where first_date = '2024-01-01' order by period"
        )

    assert weights_after("2024-01-03") == [("month", 8.172414), ("week", 4.2)]
    assert weights_after("2023-12-30") == [("month", 7.709677), ("week", 3.285714)]


@ON_BOTH_SLOWLY
@settings(max_examples=1, **DELIVERIES)
@given(deliveries())
def test_any_delivery_of_profiles_gives_the_same_targets(
    new_warehouse: NewWarehouse, drops: list[list[dict]]
) -> None:
    check_any_delivery(new_warehouse, drops)


@pytest.mark.slow
@settings(max_examples=5, **DELIVERIES)
@given(deliveries())
def test_any_of_many_deliveries_of_profiles_gives_the_same_targets(
    new_warehouse: NewWarehouse, drops: list[list[dict]]
) -> None:
    check_any_delivery(new_warehouse, drops)
