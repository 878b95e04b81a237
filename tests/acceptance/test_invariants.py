"""The invariants of ratings hold on simulated drops of every feed, and are noticed when broken."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.simulate import SimulationPlan, simulate
from tests.acceptance.invariants import INVARIANTS
from tests.conftest import OpenWarehouse
from tests.warehouse import Warehouse

PLAN = SimulationPlan(days=6, boxes=40, start=date(2024, 1, 5), late_share=0.05)
"""From Friday on, so that there are two weeks."""
TABLES = (
    "channel_viewing_daily", "daypart_viewing_daily", "target_viewing_daily",
    "channel_viewing_weekly", "programme_audience",
)  # fmt: skip
BREAKS = (
    "delete from vault.hub_channel where channel_hk in ("
    "select channel_hk from vault.channel_viewing_daily order by viewing_seconds desc limit 1)",
    *(
        f"update vault.{table} set viewing_seconds = viewing_seconds + 3600,"
        " viewers_weighted = 0, reach_15min = reach_1min + 1"
        for table in TABLES
    ),
    "update vault.target_viewing_daily set viewers = viewers + 1 where target = 'all'",
    "update vault.universe_daily set universe = universe + 1 where target = 'females'",
    "update vault.viewing_interval set viewing_seconds = 90000",
)


@pytest.fixture(scope="module")
def simulated(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Warehouse]:
    """Loaded and built with every data test."""
    with open_warehouse("duckdb", tmp_path_factory.mktemp("simulated")) as warehouse:
        simulate(warehouse.folder / "drops", PLAN)
        warehouse.load_file(warehouse.folder / "drops")
        assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
        yield warehouse


def test_the_invariants_hold(simulated: Warehouse) -> None:
    assert {each.node.name for each in simulated.last.result if each.status == "pass"} >= INVARIANTS
    assert simulated.execute(
        "select count(distinct target) > 15, count(*) > 1000 from marts.channel_ratings_target"
    ) == [(True, True)]


def test_an_invariant_that_is_broken_is_noticed(
    simulated: Warehouse, open_warehouse: OpenWarehouse, tmp_path: Path
) -> None:
    with open_warehouse("duckdb", tmp_path / "broken", origin=simulated) as broken:
        for statement in BREAKS:
            broken.execute(statement)
        assert not broken.dbt("test", "--select", *INVARIANTS)
        noticed = {each.node.name for each in broken.last.result if each.status == "fail"}
        assert noticed == INVARIANTS


@pytest.mark.slow
def test_exact_minutes_add_up_to_the_date(
    simulated: Warehouse, open_warehouse: OpenWarehouse, tmp_path: Path
) -> None:
    """Under minute_attribution exact their seconds are reconciled; a lost minute is told."""
    with open_warehouse("duckdb", tmp_path / "exact", origin=simulated) as exact:
        exact.manifest = None  # settings are read where the project is parsed
        exact.run("--select", "+reconciliation", "--vars", "{minute_attribution: exact}")
        differ = "select sum(totals_that_differ) from marts.seconds_by_date"
        assert exact.execute(differ) == [(0,)]
        exact.execute(
            "delete from vault.channel_minute_audience where rowid in"
            " (select min(rowid) from vault.channel_minute_audience)"
        )
        assert exact.execute(differ) == [(1,)]
