"""Late profiles, and profiles in any order: the membership and universes of plain Python."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at, evening
from .panel import deliver_profiles, found_membership, membership, profile

BUILD = ("build", "--exclude-resource-type", "unit_test")
EVENTS = [
    row
    for viewer, first in {"1": "2023-12-30", "2": "2023-12-31", "3": "2024-01-02"}.items()
    for row in evening(viewer, at(f"{first} 20:00:00"), at(f"{first} 20:05:00"), "Alpha")
]
FIRST_EVENTS = {"1": date(2023, 12, 30), "2": date(2023, 12, 31), "3": date(2024, 1, 2)}
DAYS = [date(2023, 12, 30) + timedelta(days=n) for n in range(4)]

profiles = st.lists(
    st.builds(
        profile,
        st.sampled_from(["1", "2", "4"]),
        st.sampled_from(["1999-06-01", "2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02"]),
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


def check_any_delivery(new_warehouse: Callable[[], Warehouse], drops: list[list[dict]]) -> None:
    """A build after each drop, events between them, every data test run."""
    warehouse = new_warehouse()
    for number, drop in enumerate(drops):
        deliver_profiles(warehouse, str(number), drop)
        if number == len(drops) // 2:
            warehouse.load("all", EVENTS)
        warehouse.run()
    warehouse.run()
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
    assert found == universe
    assert warehouse.dbt("test", "--select", "test_type:data"), warehouse.last


@ON_BOTH_SLOWLY
@settings(max_examples=3, **DELIVERIES)
@given(deliveries())
def test_any_delivery_of_profiles_gives_the_same_targets(
    new_warehouse: Callable[[], Warehouse], drops: list[list[dict]]
) -> None:
    check_any_delivery(new_warehouse, drops)


@pytest.mark.slow
@settings(max_examples=40, **DELIVERIES)
@given(deliveries())
def test_any_of_many_deliveries_of_profiles_gives_the_same_targets(
    new_warehouse: Callable[[], Warehouse], drops: list[list[dict]]
) -> None:
    check_any_delivery(new_warehouse, drops)
