"""A build that is killed at any moment and run again ends in the same marts."""

import os
import random
import subprocess
import sys
import time

import pytest

from ingest.settings import PROJECT_DIR
from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, SECOND_DAY, assert_equal_marts


@pytest.mark.slow
@ON_BOTH
def test_a_build_killed_at_random_moments(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)
    moments = random.Random(7)  # noqa: S311
    kills, builds = 0, builds_begun(warehouse)
    for _ in range(10):
        build = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dbt.cli.main",
                "--quiet",
                "run",
                "--project-dir",
                str(PROJECT_DIR),
            ],
            env=os.environ
            | warehouse.settings.environment()
            | warehouse.settings.secrets()
            | {
                "DBT_TARGET_PATH": str(warehouse.folder / "target"),
                "DBT_LOG_PATH": str(warehouse.folder / "logs"),
            },
        )
        while build.poll() is None and not has_begun(warehouse, builds):
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 1.5))
        kills += build.poll() is None
        build.kill()
        build.wait()
        builds = builds_begun(warehouse)
    assert kills > 0
    warehouse.run()
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY}))


def builds_begun(warehouse: Warehouse) -> int:
    return warehouse.execute("select count(*) from vault.builds")[0][0]


def has_begun(warehouse: Warehouse, builds: int) -> bool:
    """Whether there is one more; a file that a build has open can't be asked."""
    if warehouse.settings.target == "duckdb":
        return warehouse.settings.duckdb_path.with_suffix(".duckdb.wal").exists()
    return builds_begun(warehouse) > builds
