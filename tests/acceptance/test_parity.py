"""Both engines give the same rows, and the comparison sees one that isn't."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.parity import check, compare, differences, tables
from tests.acceptance.parity_drops import deliveries
from tests.conftest import OpenWarehouse
from tests.engines import ENGINES
from tests.warehouse import REAL_DROPS

COLUMNS = ["day", "seconds"]


def test_rows_are_compared_as_often_as_they_stand() -> None:
    rows = [("a", 1), ("a", 1), ("b", None)]
    assert differences(COLUMNS, rows, rows[::-1]) == (0, "")
    assert differences(COLUMNS, rows, rows[1:]) == (1, "only the first has day=a, seconds=1")
    assert differences(COLUMNS, [], [("b", None)]) == (1, "only the second has day=b, seconds=None")


def test_what_differs_is_told_beside_the_nearest_row() -> None:
    other = [("c", 1), ("b", 3)]
    told = "seconds 2 and 3, in day=b, seconds=2"
    assert differences(COLUMNS, [("b", 2), ("c", 1)], other) == (1, told)


@pytest.mark.slow
def test_every_row_of_every_table_is_alike(tmp_path: Path, open_warehouse: OpenWarehouse) -> None:
    with ExitStack() as stack:
        warehouses = [
            stack.enter_context(open_warehouse(engine, tmp_path / engine)) for engine in ENGINES
        ]
        real = REAL_DROPS if REAL_DROPS.is_dir() else None
        found = check(warehouses, deliveries(tmp_path / "drops", real), print)
        assert {name: each.examples for name, each in found.items() if each.examples} == {}
        empty = [name for name, each in found.items() if not each.rows]
        assert empty == ["vault.channel_aliases", "vault.universe_estimates"]
        assert len(found) > 30
        warehouses[1].execute("update vault.viewer_activity set last_event_at = first_event_at")
        tampered = dict(found)
        compare(*map(tables, warehouses), tampered)
        assert tampered["vault.viewer_activity"].differing > 0
        assert tampered["vault.hub_viewer"].differing == 0
