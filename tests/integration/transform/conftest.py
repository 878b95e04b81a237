"""A throwaway warehouse that is loaded and built as an operator would, but in this process."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from ingest.loader import load
from ingest.settings import PROJECT_DIR, Settings
from ingest.warehouses.duckdb import CONFIG

MARTS = {
    "marts.channel_ratings_daily": "channel_hk",
    "marts.viewing_duration_daily": "viewer_hk",
    "marts.average_viewing_duration": "platform",
    "vault.viewing_interval": "viewer_hk, started_at",
    "vault.viewing_minutes": "viewer_hk, minute_started_at",
}
PER_FEED = """
    select feed, sum(rows_in_file), sum(rows_in_raw), sum(distinct_events), sum(exact_repeats),
        sum(rows_in_vault), sum(unexplained_rows)
    from marts.reconciliation group by feed order by feed
"""


@dataclass
class Warehouse:
    """One DuckDB file, its drops and its project."""

    folder: Path
    project: Path = PROJECT_DIR
    manifest: Manifest | None = None
    last: dbtRunnerResult | None = field(default=None, repr=False)

    @property
    def settings(self) -> Settings:
        return Settings("duckdb", self.folder / "test.duckdb", "")

    def load(self, name: str, rows: Iterable[dict]) -> None:
        """Deliver the rows as one set-top-box drop and load it."""
        drop = self.folder / "drops" / f"stb_events_{name}.json"
        drop.parent.mkdir(exist_ok=True)
        drop.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.load_file(drop)

    def load_file(self, path: Path) -> None:
        report = load(path, self.settings)
        assert not report.failed, report.failed

    def dbt(self, *arguments: str, **environment: str) -> bool:
        """Run dbt; whether it succeeded."""
        before = dict(os.environ)
        os.environ.update(self.settings.environment() | environment)
        os.environ["DBT_TARGET_PATH"] = str(self.folder / "target")
        os.environ["DBT_LOG_PATH"] = str(self.folder / "logs")
        try:
            self.last = dbtRunner(manifest=self.manifest).invoke(
                ["--quiet", *arguments, "--project-dir", str(self.project)]
            )
        finally:
            DuckDBConnectionManager.close_all_connections()
            os.environ.clear()
            os.environ.update(before)
        return self.last.success

    def run(self, *arguments: str, **environment: str) -> None:
        """Build the models without their tests."""
        assert self.dbt("run", *arguments, **environment), self.last

    def execute(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.duckdb_path), config=CONFIG) as connection:
            return connection.execute(sql).fetchall()

    def marts(self) -> dict[str, list[tuple]]:
        """Every mart's rows, in an order that does not depend on how they came."""
        tables = {
            mart: self.execute(f"select * from {mart} order by broadcast_date, {key}")
            for mart, key in MARTS.items()
        }
        return tables | {"reconciliation": self.execute(PER_FEED)}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The project, parsed once for all tests."""
    warehouse = Warehouse(tmp_path_factory.mktemp("parse"))
    assert warehouse.dbt("parse"), warehouse.last
    return warehouse.last.result


@pytest.fixture
def new_warehouse(tmp_path: Path, manifest: Manifest) -> Callable[[], Warehouse]:
    """Makes an empty warehouse; its seeds are loaded."""
    made = []

    def make() -> Warehouse:
        folder = tmp_path / f"warehouse_{len(made)}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        warehouse = Warehouse(folder, manifest=manifest)
        assert warehouse.dbt("seed"), warehouse.last
        made.append(warehouse)
        return warehouse

    return make


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Warehouse]) -> Warehouse:
    return new_warehouse()
