"""A throwaway warehouse that is loaded and built as an operator would, but in this process."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import duckdb
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR, Settings
from ingest.warehouses.duckdb import CONFIG
from orchestration.build import close_warehouse

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
        return Settings("duckdb", self.folder / "test.duckdb", "", settle_seconds=0)

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
        words = ["--quiet", *arguments, "--project-dir", str(self.project)]
        paths = {
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }
        with self.settings.applied(), patch.dict(os.environ, paths | environment):
            try:
                self.last = dbtRunner(manifest=self.manifest).invoke(words)
            finally:
                close_warehouse()
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
