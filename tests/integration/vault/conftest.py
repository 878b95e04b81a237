"""Fixtures of the vault's tests."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from ingest.warehouses.duckdb import CONFIG
from tests.warehouse import Warehouse

from .compiled import Vault, compile_structures
from .public_cases import CASES, read_cases
from .replay import Replay


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The public cases, replayed; skips where they are not delivered."""
    cases = read_cases()
    if not cases:
        pytest.skip(f"the public cases are not at {CASES}")
    folder = tmp_path_factory.mktemp("cases")
    replay = Replay(cases, Warehouse(folder), folder)
    replay.run()
    return replay


@pytest.fixture(scope="session")
def new_vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Vault]]:
    """Makes an empty satellite of a structure, in place of the one made before."""
    folder = tmp_path_factory.mktemp("structures")
    warehouse = Warehouse(folder)
    structures = compile_structures(warehouse, folder)
    with duckdb.connect(str(warehouse.settings.duckdb_path), config=CONFIG) as connection:

        def execute(sql: str) -> list[tuple]:
            return connection.execute(sql).fetchall()

        def make(structure: str) -> Vault:
            connection.execute("rollback; begin")
            vault = Vault(execute, "raw.said", structures[structure])
            vault.clear()
            return vault

        connection.execute("begin")
        yield make
        connection.execute("rollback")
