"""Fixtures of the vault's tests, on each engine in turn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import OpenWarehouse
from tests.engines import ENGINES

from .compiled import Vault, compile_structures
from .public_cases import CASES, read_cases
from .replay import Replay


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def replay(
    engine: str, open_warehouse: OpenWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replay]:
    """The public cases, replayed; skips where they are not delivered."""
    cases = read_cases()
    if not cases:
        pytest.skip(f"the public cases are not at {CASES}")
    folder: Path = tmp_path_factory.mktemp("cases")
    with open_warehouse(engine, folder, folder / "project") as warehouse:
        replay = Replay(cases, warehouse)
        replay.run()
        yield replay


@pytest.fixture(scope="session")
def new_vault(
    engine: str, open_warehouse: OpenWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Vault]]:
    """Makes an empty satellite of a structure, in place of the one made before."""
    folder: Path = tmp_path_factory.mktemp("structures")
    with open_warehouse(engine, folder, folder / "project") as warehouse:
        structures = compile_structures(warehouse)
        with warehouse.connected() as execute:

            def make(structure: str) -> Vault:
                execute("rollback")
                execute("begin")
                vault = Vault(execute, "raw.said", structures[structure])
                vault.clear()
                return vault

            execute("begin")
            yield make
            execute("rollback")
