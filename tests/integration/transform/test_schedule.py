"""The latest drop that tells a channel's date is its schedule, in whatever order drops come."""

from itertools import permutations

import pytest

from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at, evening
from .panel import deliver_schedule, slot

VIEWING = evening("1", at("2024-01-01 20:00:00"), at("2024-01-02 20:05:00"), "Alpha")
DROPS = [
    [
        slot("Alpha", "1", "2024-01-01 20:00", "2024-01-01 21:00"),
        slot("Alpha", "2", "2024-01-01 21:00", "2024-01-01 22:00"),
        slot("alpha ", "1", "2024-01-02 20:00", "2024-01-02 21:00"),
        slot("Beta", "3", "2024-01-01 20:00", "2024-01-01 21:00"),
    ],
    [
        slot("Alpha", "1", "2024-01-01 20:00", "2024-01-01 21:30"),
        slot("Alpha", "4", "2024-01-01 21:30", "2024-01-01 21:30"),
    ],
    [slot("Beta", "3", "2024-01-01 20:10", "2024-01-01 21:00")],
]
"""The second cancels 2, ends 1 later and has a slot of no length; the third moves Beta's."""
HELD = [
    ("ALPHA", "1", at("2024-01-01 20:00:00"), at("2024-01-01 21:30:00")),
    ("ALPHA", "1", at("2024-01-02 20:00:00"), at("2024-01-02 21:00:00")),
    ("BETA", "3", at("2024-01-01 20:10:00"), at("2024-01-01 21:00:00")),
]


BUILT = ("--select", "+schedule_slot", "+affected_dates", "+hub_channel", "+hub_programme")


def held(warehouse: Warehouse) -> list[tuple]:
    return warehouse.execute(
        "select channel_id, programme_id, started_at, ended_at from vault.schedule_slot"
        " inner join vault.hub_channel using (channel_hk)"
        " inner join vault.hub_programme using (programme_hk) order by 1, 3"
    )


def check_order(new_warehouse: NewWarehouse, order: tuple[int, ...]) -> None:
    warehouse = new_warehouse()
    warehouse.load("1", VIEWING)
    for number in order:
        deliver_schedule(warehouse, str(number), DROPS[number], written=number)
        warehouse.run(*BUILT)
    assert held(warehouse) == HELD


@ON_BOTH_SLOWLY
def test_a_correction_that_comes_first_still_holds(
    new_warehouse: NewWarehouse,
) -> None:
    check_order(new_warehouse, (1, 2, 0))


@pytest.mark.slow
def test_any_order_of_delivery_ends_in_the_same_schedule(
    new_warehouse: NewWarehouse,
) -> None:
    for order in permutations(range(3)):
        check_order(new_warehouse, order)
