"""Fixtures that every kind of test uses."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from dbt.contracts.graph.manifest import Manifest

from ingest.settings import PROJECT_DIR, Settings

from .postgres import drop_schemas, postgres_server, throwaway_database
from .warehouse import REAL_DROPS, Warehouse

OpenWarehouse = Callable[..., AbstractContextManager[Warehouse]]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A throwaway warehouse, for this process and for those it starts."""
    for name in [name for name in os.environ if name.startswith("AUDIENCE_VAULT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIENCE_VAULT_DUCKDB", str(tmp_path / "warehouse" / "test.duckdb"))
    monkeypatch.setenv("AUDIENCE_VAULT_SETTLE_SECONDS", "0")  # drops of tests are just written
    return Settings.from_environment()


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests of the process."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as dsn:
        yield dsn


@pytest.fixture
def on_postgres(settings: Settings, postgres_dsn: str) -> Iterator[Settings]:
    """A throwaway warehouse in schemas of its own on the server."""
    prefix = f"test_{uuid4().hex[:12]}_"
    made = replace(settings, target="postgres", postgres_dsn=postgres_dsn, schema_prefix=prefix)
    yield made
    drop_schemas(made)


@pytest.fixture(params=["duckdb", "postgres"])
def on_either(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """A throwaway warehouse on each target in turn."""
    if request.param == "duckdb":
        return settings
    return request.getfixturevalue("on_postgres")


@pytest.fixture(scope="session")
def real_drops() -> Path:
    """The folder with real input, beside the project; skips where it is not delivered."""
    if not REAL_DROPS.is_dir():
        pytest.skip(f"the real drops are not at {REAL_DROPS}")
    return REAL_DROPS


@pytest.fixture(scope="session")
def open_warehouse(request: pytest.FixtureRequest) -> OpenWarehouse:
    """Makes an empty warehouse on an engine, in a folder, for as long as its context lasts.

    It is this project's, unless it is told of another.
    """
    manifests: dict[str, Manifest] = {}

    @contextmanager
    def make(engine: str, folder: Path, project: Path = PROJECT_DIR) -> Iterator[Warehouse]:
        folder.mkdir(exist_ok=True)
        with ExitStack() as stack:
            dsn = None
            if engine == "postgres":
                server = request.getfixturevalue("postgres_dsn")
                dsn = stack.enter_context(throwaway_database(server))
            path = folder / "test.duckdb"
            settings = Settings(
                engine,
                path,
                "",
                postgres_dsn=dsn,
                settle_seconds=0,
                pseudonym_key="a key that only tests have",
            )
            warehouse = Warehouse(folder, settings, project)
            if project == PROJECT_DIR and engine not in manifests:
                assert warehouse.dbt("parse"), warehouse.last
                manifests[engine] = warehouse.last.result
            if project == PROJECT_DIR:  # parsed once for all tests of an engine
                warehouse.manifest = manifests[engine]
            yield warehouse

    return make


@pytest.fixture
def engine() -> str:
    """What a test's warehouses run on, unless its parameters say otherwise."""
    return "duckdb"


@pytest.fixture
def new_warehouse(
    tmp_path: Path, engine: str, open_warehouse: OpenWarehouse
) -> Iterator[Callable[[], Warehouse]]:
    """Makes an empty warehouse; its seeds are loaded."""
    numbers = itertools.count()
    with ExitStack() as stack:

        def make() -> Warehouse:
            folder = tmp_path / f"warehouse_{next(numbers)}"
            warehouse = stack.enter_context(open_warehouse(engine, folder))
            assert warehouse.dbt("seed"), warehouse.last
            return warehouse

        yield make


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Warehouse]) -> Warehouse:
    return new_warehouse()
