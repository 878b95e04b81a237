"""Builds of one PostgreSQL warehouse at the same time: none writes among another's rows."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ingest.settings import PROJECT_DIR
from tests.conftest import NewWarehouse
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, SECOND_DAY, assert_equal_marts


@pytest.fixture
def engine() -> str:
    return "postgres"


@contextmanager
def dbt_in_the_background(warehouse: Warehouse, name: str) -> Iterator[subprocess.Popen]:
    """`dbt run` by itself, as from a shell."""
    command = [sys.executable, "-m", "dbt.cli.main", "run", "--project-dir", str(PROJECT_DIR)]
    environment = (
        os.environ
        | warehouse.settings.environment()
        | warehouse.settings.secrets()
        | {
            "DBT_TARGET_PATH": str(warehouse.folder / name),
            "DBT_LOG_PATH": str(warehouse.folder / name),
        }
    )
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_a_build_stops_when_another_has_started(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)

    def waiting(lock: str) -> bool:
        return bool(
            warehouse.execute(
                f"select 1 from pg_locks where locktype = '{lock}' and not granted"
                " and database = (select oid from pg_database where datname = current_database())"
            )
        )

    with warehouse.connected() as execute:
        execute("begin; lock table vault.hub_viewer")
        with dbt_in_the_background(warehouse, "first") as first:
            wait_until(lambda: waiting("relation"))  # it comes to hub_viewer, and is held there
            with dbt_in_the_background(warehouse, "second") as second:
                wait_until(lambda: waiting("advisory"))  # it waits for the first one's model
                execute("commit")
                told, _ = first.communicate()
                assert second.communicate()[0]
                assert second.returncode == 0
    assert first.returncode == 1
    assert "another build has started in this warehouse" in told
    warehouse.run()
    scratch = new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY})
    assert_equal_marts(warehouse, scratch)


def test_dbt_by_itself_is_refused_beside_a_build(warehouse: Warehouse) -> None:
    warehouse.load("1", FIRST_DAY)
    with warehouse.connected() as execute:
        execute("select pg_advisory_lock(hashtextextended('audience-vault build of raw', 0))")
        assert not warehouse.dbt("run")
        assert "is being built or published" in str(warehouse.last.exception)
    warehouse.run()
