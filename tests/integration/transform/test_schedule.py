"""The latest drop that tells of a channel's time is its schedule, in whatever order drops come."""

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
        slot("Alpha", "5", "2024-01-01 23:00", "2024-01-02 01:00"),
        slot("alpha ", "1", "2024-01-02 20:00", "2024-01-02 21:00"),
        slot("Beta", "3", "2024-01-01 20:00", "2024-01-01 21:00"),
    ],
    [
        slot("Alpha", "1", "2024-01-01 20:00", "2024-01-01 21:30"),
        slot("Alpha", "4", "2024-01-01 21:30", "2024-01-01 21:30"),
    ],
    [
        slot("Beta", "6", "2024-01-01 19:00", "2024-01-01 20:10"),
        slot("Beta", "3", "2024-01-01 20:10", "2024-01-01 21:00"),
    ],
]
"""The second cancels 2, ends 1 later, has a slot of no length and says nothing of what is later, 5;
the third moves Beta's."""
HELD = [
    ("ALPHA", "1", at("2024-01-01 20:00:00"), at("2024-01-01 21:30:00")),
    ("ALPHA", "5", at("2024-01-01 23:00:00"), at("2024-01-02 01:00:00")),
    ("ALPHA", "1", at("2024-01-02 20:00:00"), at("2024-01-02 21:00:00")),
    ("BETA", "6", at("2024-01-01 19:00:00"), at("2024-01-01 20:10:00")),
    ("BETA", "3", at("2024-01-01 20:10:00"), at("2024-01-01 21:00:00")),
]


BUILT = ("--select", "+schedule_slot", "+affected_dates", "+hub_channel", "+hub_programme")


def held(warehouse: Warehouse) -> list[tuple]:
    return warehouse.execute(
        "select channel_id, programme_id, started_at, ended_at from vault.schedule_slot"
        " inner join vault.hub_channel using (channel_hk)"
        " inner join vault.hub_programme using (programme_hk) order by 1, 3"
    )


@ON_BOTH_SLOWLY
def test_a_correction_that_comes_first_still_holds(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse()
    warehouse.load("1", VIEWING)
    for number in (1, 2, 0):
        deliver_schedule(warehouse, str(number), DROPS[number], written=number)
        warehouse.run(*BUILT)
    assert held(warehouse) == HELD
