"""A small warehouse, simulated, loaded and built once; each test gets a copy."""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.loading.loader import load
from ingest.settings import Settings
from ingest.simulate import SimulationPlan, simulate
from orchestration.build import BuildResult, build

PLAN = SimulationPlan(days=3, boxes=30, channels=20, start=date(2024, 1, 1))


@dataclass(frozen=True)
class Built:
    """A warehouse, the drops that it was made of, and how its build went."""

    settings: Settings
    drops: Path
    result: BuildResult

    def execute(self, sql: str) -> list[tuple]:
        """Run a statement in the warehouse."""
        with duckdb.connect(self.settings.duckdb_path) as connection:
            return connection.execute(sql).fetchall()

    def look(self, sql: str) -> list[tuple]:
        """Rows of the published file."""
        with duckdb.connect(self.settings.published_path, read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    settings = Settings.from_environment(
        {
            "AUDIENCE_VAULT_DUCKDB": str(folder / "small.duckdb"),
            "DBT_TARGET_PATH": str(folder / "target"),
        }
    )
    simulate(folder / "drops", PLAN)
    load(folder / "drops", settings)
    return Built(settings, folder / "drops", build(settings))


@pytest.fixture
def built(built_once: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """The copy keeps the file's name: its views name the database by it."""
    for name in [name for name in os.environ if name.startswith("AUDIENCE_VAULT_")]:
        monkeypatch.delenv(name)
    path = tmp_path / built_once.settings.duckdb_path.name
    shutil.copy(built_once.settings.duckdb_path, path)
    monkeypatch.setenv("AUDIENCE_VAULT_DUCKDB", str(path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(built_once.settings.dbt_target_path))
    return replace(built_once, settings=Settings.from_environment())
