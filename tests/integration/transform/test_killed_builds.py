"""A build that is killed at any moment and run again ends in the same marts."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from ingest.settings import PROJECT_DIR
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, SECOND_DAY, assert_equal_marts, built_from_scratch


@pytest.mark.slow
def test_a_build_killed_at_random_moments(new_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = built_from_scratch(new_warehouse, {"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)
    moments = random.Random(7)  # noqa: S311
    kills = 0
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
            | {
                "DBT_TARGET_PATH": str(warehouse.folder / "target"),
                "DBT_LOG_PATH": str(warehouse.folder / "logs"),
            },
        )
        wal = warehouse.settings.duckdb_path.with_suffix(".duckdb.wal")
        while build.poll() is None and not wal.exists():
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 1.5))
        kills += build.poll() is None
        build.kill()
        build.wait()
    assert kills > 0
    warehouse.run()
    assert_equal_marts(
        warehouse, built_from_scratch(new_warehouse, {"1": FIRST_DAY, "2": SECOND_DAY})
    )
