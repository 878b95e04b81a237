"""Spark can do what the models are made of: types, hashes, inserts, rebuilds of affected dates."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from ingest.settings import PROJECT_DIR

HERE = Path(__file__).parent
MODELS = ("stg_events", "hub_channel", "link_event", "affected_dates", "single_events_daily")
NO_CHANNEL = "-"
"""dbt writes an empty field of a seed as the text None to Spark."""
GHOST = str(UUID(int=0))
LOADS = {
    1: [
        ("box 1", " alpha\u00a0tv ", "2024-01-02 02:30:00"),
        ("box 1", "Béta  ß", "2024-01-02 12:00:00.000001"),
        ("box 2", "ALPHA TV", "2024-01-02 20:00:00"),
        ("box 2", NO_CHANNEL, "2024-01-02 20:00:00"),
    ],
    2: [
        ("box 1", "Alpha TV", "2024-01-02 02:30:00"),  # a repeat, on the date before in UTC
        ("box 3", "béTA ß", "2024-01-02 13:00:00"),
        ("box 3", 'gam"ma|', "2024-01-03 13:00:00"),
    ],
}
"""Box, channel, Riyadh's clock: one row per event."""


def hash_of(*parts: str | None) -> str:
    quoted = ['"' + part.replace('"', '""') + '"' if part is not None else "" for part in parts]
    text = "|".join(quoted).rstrip("|")
    return str(UUID(hashlib.md5(text.encode()).hexdigest()))  # noqa: S324


def write_seed(path: Path, header: str, rows: list[tuple]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header.split(","), *rows])


def write_build(folder: Path, as_of_load: int, progress: int | None) -> None:
    """What there is before a build: events loaded, and how far the models came."""
    events = [
        (*event, load, row)
        for load in range(1, as_of_load + 1)
        for row, event in enumerate(LOADS[load], 1)
    ]
    write_seed(folder / "events.csv", "box,channel,at,load_id,row_number", events)
    write_seed(folder / "builds.csv", "build_id,as_of_load", [(folder.name, as_of_load)])
    known = (
        [] if progress is None else [(f"model.audience_vault.{m}", progress, "f") for m in MODELS]
    )
    write_seed(folder / "progress.csv", "model,as_of_load,fingerprint", known)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables as Parquet, after a full build, an incremental one and one that finds nothing new."""
    if not (shutil.which("java") or "JAVA_HOME" in os.environ):
        pytest.skip("Spark needs Java, and there is none")
    project = tmp_path_factory.mktemp("spark") / "project"
    shutil.copytree(HERE / "project", project)
    shutil.copytree(PROJECT_DIR / "macros", project / "macros")
    write_build(project / "builds" / "1_full", 1, None)
    write_build(project / "builds" / "2_late", 2, 1)
    write_build(project / "builds" / "3_nothing_new", 2, 2)
    warehouse = project / "warehouse"
    environment = os.environ | {"SPARK_WAREHOUSE": str(warehouse), "DO_NOT_TRACK": "1"}
    told = subprocess.run(
        [sys.executable, HERE / "builds.py", project, PROJECT_DIR],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    return project


def rows(spark: Path, table: str, columns: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        files = spark / "warehouse" / "vault.db" / table / "**" / "*.parquet"
        return connection.execute(
            f"select {columns} from read_parquet('{files}', hive_partitioning = true) order by all"
        ).fetchall()


@pytest.mark.slow
def test_keys_are_inserted_once_and_hash_as_on_the_other_engines(spark: Path) -> None:
    channels = ["ALPHA TV", "BéTA ß", 'GAM"MA|']
    expected = {"ALPHA TV": 1, "BéTA ß": 1, 'GAM"MA|': 2}
    assert rows(spark, "hub_channel", "channel_id, channel_hk, load_id") == [
        *((channel, hash_of(channel), expected[channel]) for channel in channels),
        (None, GHOST, 0),
    ]


@pytest.mark.slow
def test_events_are_inserted_once(spark: Path) -> None:
    found = rows(spark, "link_event", "event_hk, cast(event_at as timestamp), event_date")
    events = {
        (hash_of("box 1", "2024-01-01T23:30:00.000000", "ALPHA TV"), "2024-01-01 23:30:00"),
        (hash_of("box 1", "2024-01-02T09:00:00.000001", "BéTA ß"), "2024-01-02 09:00:00.000001"),
        (hash_of("box 2", "2024-01-02T17:00:00.000000", "ALPHA TV"), "2024-01-02 17:00:00"),
        (hash_of("box 2", "2024-01-02T17:00:00.000000", None), "2024-01-02 17:00:00"),
        (hash_of("box 3", "2024-01-02T10:00:00.000000", "BéTA ß"), "2024-01-02 10:00:00"),
        (hash_of("box 3", "2024-01-03T10:00:00.000000", 'GAM"MA|'), "2024-01-03 10:00:00"),
    }
    expected = [(key, at := datetime.fromisoformat(text), at.date()) for key, text in events]
    assert found == sorted(expected)


@pytest.mark.slow
def test_affected_dates_are_built_again_and_types_are_those_of_the_contract(spark: Path) -> None:
    """BéTA ß had a single event on the second, and has two since the second load."""
    columns = "broadcast_date, channel_hk, seconds, minutes, events, is_ahead_of_utc"
    assert rows(spark, "single_events_daily", columns) == sorted(
        (date.fromisoformat(day), key, Decimal("720.500000"), 720.5 / 60, 1, True)
        for day, key in [
            ("2024-01-01", hash_of("ALPHA TV")),
            ("2024-01-02", hash_of("ALPHA TV")),
            ("2024-01-03", hash_of('GAM"MA|')),
        ]
    )


@pytest.mark.slow
def test_every_model_is_sql_that_spark_reads(spark: Path) -> None:
    assert json.loads((spark / "unread.json").read_text()) == {}
