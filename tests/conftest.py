"""Fixtures that every kind of test uses."""

import gc
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from dbt.contracts.graph.manifest import Manifest

from ingest.settings import PROJECT_DIR, Settings

from .postgres import copied_database, drop_schemas, postgres_server, throwaway_database
from .warehouse import PSEUDONYM_KEY, REAL_DROPS, Warehouse

OpenWarehouse = Callable[..., AbstractContextManager[Warehouse]]
NewWarehouse = Callable[..., Warehouse]
Drops = dict[str, list[dict]]
"""Rows of set-top-box drops by the drop's name."""


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
    """Makes a warehouse on an engine, in a folder, for as long as its context lasts.

    It is empty, or a copy of the origin, which nobody may have open; and of this project, unless
    told of another.
    """
    manifests: dict[str, Manifest] = {}

    @contextmanager
    def make(
        engine: str, folder: Path, project: Path = PROJECT_DIR, origin: Warehouse | None = None
    ) -> Iterator[Warehouse]:
        folder.mkdir(exist_ok=True)
        path = folder / "test.duckdb"
        with ExitStack() as stack:
            dsn = None
            if engine == "postgres":
                server = request.getfixturevalue("postgres_dsn")
                database = (
                    copied_database(server, origin.settings.environment()["PGDATABASE"])
                    if origin
                    else throwaway_database(server)
                )
                dsn = stack.enter_context(database)
            elif origin:
                shutil.copyfile(origin.settings.duckdb_path, path)
            settings = Settings(
                engine,
                path,
                "",
                postgres_dsn=dsn,
                settle_seconds=0,
                pseudonym_key=PSEUDONYM_KEY,
            )
            warehouse = Warehouse(folder, settings, project)
            if project == PROJECT_DIR and engine not in manifests:
                assert warehouse.dbt("parse"), warehouse.last
                manifests[engine] = warehouse.last.result
                gc.freeze()  # what lasts as long as the process needs no look at each collection
            if project == PROJECT_DIR:  # parsed once for all tests of an engine
                warehouse.manifest = manifests[engine]
            yield warehouse

    return make


@pytest.fixture
def engine() -> str:
    """What a test's warehouses run on, unless its parameters say otherwise."""
    return "duckdb"


@contextmanager
def templates(
    engine: str, tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Callable[[Drops], Warehouse]]:
    """Warehouses with all drops loaded, then one build; each is made once."""
    made: dict[str, Warehouse] = {}
    with ExitStack() as stack:

        def make(drops: Drops) -> Warehouse:
            key = json.dumps(drops)
            if key not in made:
                folder = tmp_path_factory.mktemp("template")
                warehouse = stack.enter_context(open_warehouse(engine, folder))
                assert warehouse.dbt("seed"), warehouse.last
                if drops:
                    warehouse.build_from_scratch(drops)
                made[key] = warehouse
            return made[key]

        yield make


@pytest.fixture(scope="session")
def duckdb_template(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse
) -> Iterator[Callable[[Drops], Warehouse]]:
    with templates("duckdb", tmp_path_factory, open_warehouse) as template:
        yield template


@pytest.fixture(scope="session")
def postgres_template(
    tmp_path_factory: pytest.TempPathFactory, open_warehouse: OpenWarehouse, postgres_dsn: str
) -> Iterator[Callable[[Drops], Warehouse]]:
    """The server stops after these are dropped."""
    with templates("postgres", tmp_path_factory, open_warehouse) as template:
        yield template


@pytest.fixture
def new_warehouse(
    tmp_path: Path, engine: str, open_warehouse: OpenWarehouse, request: pytest.FixtureRequest
) -> Iterator[NewWarehouse]:
    """Makes a warehouse whose seeds are loaded; with drops, one that was built from them."""
    numbers = itertools.count()
    template = request.getfixturevalue(f"{engine}_template")
    with ExitStack() as stack:

        def make(drops: Drops | None = None) -> Warehouse:
            folder = tmp_path / f"warehouse_{next(numbers)}"
            origin = template(drops or {})
            return stack.enter_context(open_warehouse(engine, folder, origin=origin))

        yield make


@pytest.fixture
def warehouse(new_warehouse: NewWarehouse) -> Warehouse:
    return new_warehouse()
