"""A throwaway warehouse that is loaded and built as an operator would, but in this process."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.results import RunExecutionResult

from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR, Settings
from orchestration.build import close_warehouse
from tests.engines import CONNECT

MARTS = {
    "marts.channel_ratings_daily": "broadcast_date, channel_hk",
    "marts.channel_ratings_target": "broadcast_date, channel_hk, target",
    "marts.channel_ratings_daypart": "broadcast_date, channel_hk, daypart",
    "marts.channel_ratings_minute": "channel_hk, minute_started_at",
    "marts.channel_ratings_period": "period, first_date, channel_hk",
    "marts.viewer_duplication": "broadcast_date, channel_hk, other_channel_hk",
    "marts.viewing_duration_daily": "broadcast_date, viewer_hk",
    "marts.average_viewing_duration": "broadcast_date, target, platform, device, genre",
    "marts.audience_activity": "broadcast_date, platform",
    "marts.programme_ratings": "broadcast_date, schedule_slot_hk, consolidation",
    "marts.audience_flow": "broadcast_date, schedule_slot_hk, direction, flow_channel_hk",
    "vault.programme_viewing": "broadcast_date, schedule_slot_hk, viewer_hk, started_at",
    "vault.programme_minute": "broadcast_date, schedule_slot_hk, is_live, minute_started_at",
    "vault.viewing_interval": "viewer_hk, started_at",
    "vault.viewer_channel_daily": "broadcast_date, viewer_hk, channel_hk",
    "vault.viewing_minutes": "viewer_hk, minute_started_at",
}
EVERYBODY = "target = 'all' and device = 'all' and genre = 'all'"
"""The rows of average_viewing_duration that are by date and platform only."""
PER_FEED = """
    select feed, sum(rows_in_file), sum(rows_in_raw), sum(distinct_events), sum(exact_repeats),
        sum(rows_in_vault), sum(unexplained_rows)
    from marts.reconciliation group by feed order by feed
"""


LOG = logging.getLogger(__name__)
REAL_DROPS = PROJECT_DIR.parent / "shared" / "drops"
PSEUDONYM_KEY = "a key that only tests have"


@dataclass
class Warehouse:
    """One DuckDB file or PostgreSQL database, its drops and its project."""

    folder: Path
    settings: Settings
    project: Path = PROJECT_DIR
    manifest: Manifest | None = None
    last: dbtRunnerResult | None = field(default=None, repr=False)

    def load(self, name: str, rows: Iterable[dict]) -> None:
        """Deliver the rows as one set-top-box drop and load it."""
        self.deliver(f"stb_events_{name}.json", "".join(json.dumps(row) + "\n" for row in rows))

    def build_from_scratch(self, drops: dict[str, list[dict]], *arguments: str) -> "Warehouse":
        """Load all set-top-box drops, rows by name, then build once."""
        for name, rows in drops.items():
            self.load(name, rows)
        self.run(*arguments)
        return self

    def deliver(self, file_name: str, text: str) -> None:
        """Deliver a drop of this name and load it."""
        drop = self.folder / "drops" / file_name
        drop.parent.mkdir(exist_ok=True)
        drop.write_text(text)
        self.load_file(drop)

    def load_file(self, path: Path) -> None:
        report = load(path, self.settings)
        assert not report.failed, report.failed

    def dbt(self, *arguments: str, **environment: str) -> bool:
        """Run dbt; whether it succeeded."""
        self._name_database()
        words = [*arguments, "--project-dir", str(self.project), "--threads", "1"]
        paths = {
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL": "none",  # a small build's time goes into what dbt tells of it
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_WRITE_JSON": str(self.manifest is None),  # nothing reads what is parsed already
        }
        with self.settings.applied(), patch.dict(os.environ, paths | environment):
            try:
                self.last = dbtRunner(manifest=self.manifest).invoke(words)
            finally:
                close_warehouse()
        if not self.last.success:
            for fault in self._faults():
                LOG.error(fault)
        return self.last.success

    def _faults(self) -> list[str]:
        """What dbt says of its last run's failure, by node."""
        if not isinstance(self.last.result, RunExecutionResult):
            return [str(self.last.exception)]
        results = [each for each in self.last.result.results if each.message]
        return [f"{each.node.name}: {each.status}: {each.message}" for each in results]

    def _name_database(self) -> None:
        """Point the manifest, which several warehouses share, at this one's database."""
        if self.manifest is None or self.settings.target != "postgres":
            return
        database = self.settings.environment()["PGDATABASE"]
        for node in (*self.manifest.nodes.values(), *self.manifest.sources.values()):
            if node.relation_name:
                node.relation_name = node.relation_name.replace(node.database, database)
            node.database = database

    def run(self, *arguments: str, **environment: str) -> None:
        """Build the models without their tests."""
        assert self.dbt("run", *arguments, **environment), self.last

    @contextmanager
    def connected(self) -> Iterator[Callable[[str], list[tuple]]]:
        """A function that runs statements in one session, each on its own unless one begins."""
        with CONNECT[self.settings.target](self.settings) as session:

            def execute(sql: str) -> list[tuple]:
                session.execute(sql)
                return session.fetchall() if session.description else []

            yield execute

    def execute(self, sql: str) -> list[tuple]:
        with self.connected() as execute:
            return execute(sql)

    def marts(self) -> dict[str, list[tuple]]:
        """Every mart's rows, in an order that does not depend on how they came."""
        tables = {
            mart: self.execute(f"select * from {mart} order by {key}")
            for mart, key in MARTS.items()
        }
        return tables | {"reconciliation": self.execute(PER_FEED)}
