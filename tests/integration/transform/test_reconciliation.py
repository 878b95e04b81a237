"""A row that is taken out of any layer by hand is noticed."""

from collections.abc import Iterator

import duckdb
import pytest

from ingest.loading.loader import load
from ingest.simulate import SimulationPlan, simulate
from ingest.warehouses.duckdb import CONFIG
from tests.warehouse import Warehouse

LAYERS = [
    "raw.loads",
    "raw.stb_events",
    "raw.programmes",
    "raw.channels",
    "raw.quarantine",
    "vault.hub_viewer",
    "vault.hub_channel",
    "vault.hub_programme",
    "vault.hub_broadcaster",
    "vault.link_channel_broadcaster",
    "vault.link_stb_event",
    "vault.sat_channel_details",
    "vault.sat_programme_details",
    "vault.viewer_activity",
    "vault.channel_spelling",
    "vault.viewing_interval",
    "vault.viewing_minutes",
    "vault.channel_viewing_daily",
    "vault.platform_viewing_daily",
    "vault.universe_daily",
    "marts.viewing_duration_daily",
]


@pytest.fixture(scope="module")
def simulated(
    tmp_path_factory: pytest.TempPathFactory, manifest: object
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Bad, late and repeated rows, built once; each test rolls back what it does."""
    warehouse = Warehouse(tmp_path_factory.mktemp("simulated"), manifest=manifest)
    simulate(
        warehouse.folder / "drops",
        SimulationPlan(days=3, boxes=20, bad_share=0.02, late_share=0.05),
    )
    assert not load(warehouse.folder / "drops", warehouse.settings).failed
    assert warehouse.dbt("build", "--exclude-resource-type", "unit_test"), warehouse.last
    with duckdb.connect(str(warehouse.settings.duckdb_path), config=CONFIG) as connection:
        yield connection


def unexplained(connection: duckdb.DuckDBPyConnection) -> int:
    return connection.execute(
        "select sum(abs(unexplained_rows)) from marts.reconciliation"
    ).fetchone()[0]


def test_every_row_of_the_simulated_drops_is_explained(
    simulated: duckdb.DuckDBPyConnection,
) -> None:
    rows, quarantined, repeats = simulated.execute(
        "select sum(rows_in_file), sum(rows_in_quarantine), sum(exact_repeats)"
        " from marts.reconciliation"
    ).fetchone()
    assert unexplained(simulated) == 0
    assert rows > 1000
    assert quarantined > 0
    assert repeats > 0


@pytest.mark.parametrize("layer", LAYERS)
def test_a_row_removed_by_hand_is_noticed(simulated: duckdb.DuckDBPyConnection, layer: str) -> None:
    simulated.execute("begin")
    try:
        rows = simulated.execute(f"select count(*) from {layer}").fetchone()[0]
        middle = simulated.execute(
            f"select rowid from {layer} order by rowid limit 1 offset {rows // 2}"
        ).fetchone()[0]
        simulated.execute(f"delete from {layer} where rowid = {middle}")
        assert unexplained(simulated) > 0
    finally:
        simulated.execute("rollback")
    assert unexplained(simulated) == 0
