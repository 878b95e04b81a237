"""A small warehouse, simulated, loaded and built once per engine; each test gets a copy."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.loading.loader import load
from ingest.settings import Settings
from ingest.simulate import SimulationPlan, simulate
from orchestration.build import BuildResult, build
from tests.engines import CONNECT
from tests.postgres import copied_database, throwaway_database
from tests.warehouse import PSEUDONYM_KEY

PLAN = SimulationPlan(days=3, boxes=30, channels=20, start=date(2024, 1, 1))


@dataclass(frozen=True)
class Built:
    """A warehouse, the drops that it was made of, and how its build went."""

    settings: Settings
    drops: Path
    result: BuildResult

    @property
    def last_load(self) -> int:
        """The load up to which a build now would read."""
        return self.execute("select max(load_id) from raw.loads")[0][0]

    def execute(self, sql: str) -> list[tuple]:
        """Run a statement in the warehouse."""
        with CONNECT[self.settings.target](self.settings) as session:
            session.execute(sql)
            return session.fetchall() if session.description else []

    def look(self, sql: str) -> list[tuple]:
        """Rows of what is published; {marts} is its schema."""
        if self.settings.target == "postgres":
            return self.execute(sql.format(marts="published"))
        with duckdb.connect(self.settings.published_path, read_only=True) as connection:
            return connection.execute(sql.format(marts="marts")).fetchall()


def build_one(folder: Path, **place: str) -> Built:
    settings = Settings.from_environment(
        {
            "DBT_TARGET_PATH": str(folder / "target"),
            "AUDIENCE_VAULT_PSEUDONYM_KEY": PSEUDONYM_KEY,
        }
        | place
    )
    simulate(folder / "drops", PLAN)
    load(folder / "drops", settings)
    return Built(settings, folder / "drops", build(settings))


@pytest.fixture(scope="session")
def built_on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    return build_one(folder, AUDIENCE_VAULT_DUCKDB=str(folder / "small.duckdb"))


@pytest.fixture(scope="session")
def built_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str
) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("built")
    with throwaway_database(postgres_dsn) as dsn:
        yield build_one(folder, AUDIENCE_VAULT_TARGET="postgres", AUDIENCE_VAULT_POSTGRES=dsn)


@pytest.fixture
def built(
    engine: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Built]:
    """The copy of a file keeps its name: its views name the database by it."""
    original: Built = request.getfixturevalue(f"built_on_{engine}")
    for name in [name for name in os.environ if name.startswith("AUDIENCE_VAULT_")]:
        monkeypatch.delenv(name)
    path = tmp_path / original.settings.duckdb_path.name
    monkeypatch.setenv("AUDIENCE_VAULT_PSEUDONYM_KEY", PSEUDONYM_KEY)
    monkeypatch.setenv("AUDIENCE_VAULT_TARGET", engine)
    monkeypatch.setenv("AUDIENCE_VAULT_DUCKDB", str(path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(original.settings.dbt_target_path))
    with ExitStack() as stack:
        if engine == "postgres":
            server = request.getfixturevalue("postgres_dsn")
            copied = original.settings.environment()["PGDATABASE"]
            dsn = stack.enter_context(copied_database(server, copied))
            monkeypatch.setenv("AUDIENCE_VAULT_POSTGRES", dsn)
        else:
            shutil.copy(original.settings.duckdb_path, path)
        yield replace(original, settings=Settings.from_environment())
