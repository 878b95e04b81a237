"""A row without a key is held by the ghost, counted, and in no other mart."""

import pytest

from tests.engines import ON_BOTH
from tests.warehouse import Warehouse

from .events import at, evening, event

EVENING = evening("box1", at("2024-01-01 20:00:00"), at("2024-01-01 20:20:00"), "Alpha")
NAMELESS = evening("nobody", at("2024-01-01 20:00:00"), at("2024-01-01 21:00:00"), "Alpha")
UNCHANGED = ("viewing_duration_daily", "average_viewing_duration")


def marts(warehouse: Warehouse) -> dict[str, list[str]]:
    return {
        mart: sorted(map(str, warehouse.execute(f"select * from marts.{mart}")))
        for mart in UNCHANGED
    }


@pytest.mark.slow
@ON_BOTH
def test_rows_without_a_key_are_counted_and_change_no_other_mart(warehouse: Warehouse) -> None:
    warehouse.load("named", EVENING)
    warehouse.run()
    before = marts(warehouse)
    warehouse.load("nameless", [*NAMELESS, event("box1", at("2024-01-01 20:00:00"), "SSTART")])
    warehouse.deliver("programmes_1.tsv", "program_id\tprogram_name\tgenre\r\nnobody\tX\tY\r\n")
    warehouse.deliver("channels_1.csv", "channel,name,broadcaster\nnobody,X,Y\nAlpha,Alpha, \n")
    # The contracts require these keys; another feed's may not.
    for feed, key in (("stb_events", "mac"), ("programmes", "program_id"), ("channels", "channel")):
        warehouse.execute(f"update raw.{feed} set {key} = '\u00a0 ' where {key} = 'nobody'")
    assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
    assert warehouse.execute(
        "select feed, sum(rows_without_key), sum(unexplained_rows) from marts.reconciliation"
        " group by feed order by feed"
    ) == [("channels", 1, 0), ("programmes", 1, 0), ("stb_events", len(NAMELESS), 0)]
    after = marts(warehouse)
    for mart in UNCHANGED:
        assert after[mart] == before[mart]
    names = "channel_id, broadcaster_name, viewers, viewing_seconds"
    assert warehouse.execute(f"select {names} from marts.channel_ratings_daily") == [
        ("ALPHA", None, 1, 1200.0)
    ]
    assert warehouse.execute(
        "select hub.channel_id, details.channel_name from vault.link_channel_broadcaster as link"
        " inner join vault.hub_channel as hub on link.channel_hk = hub.channel_hk"
        " inner join vault.hub_broadcaster as broadcaster"
        " on link.broadcaster_hk = broadcaster.broadcaster_hk"
        " inner join vault.channel_history as details on link.channel_hk = details.channel_hk"
        " where broadcaster.broadcaster_id is null and details.is_current"
        " and hub.channel_id is not null"
    ) == [("ALPHA", "Alpha")]


def test_a_lost_ghost_is_noticed(warehouse: Warehouse) -> None:
    warehouse.load("named", EVENING)
    assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
    warehouse.execute("delete from vault.hub_broadcaster where load_id = 0")
    assert not warehouse.dbt("test", "--select", "hub_broadcaster")
