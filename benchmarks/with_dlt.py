"""The same drops by dlt's filesystem source, its default way and over Arrow."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
import duckdb
from dlt.sources.filesystem import FileItemDict, filesystem, read_csv
from pyarrow import csv

from benchmarks.feed import FEED

DEFAULT = "dlt: filesystem(…) | read_csv(), to its duckdb destination"
ARROW = "dlt: filesystem(…) | transformer yielding the batches of pyarrow.csv, to duckdb by Parquet"
BLOCK_BYTES = 64 * 1024 * 1024


def dlt_default(drop: Path, folder: Path) -> int:
    """Rows as Python objects, through pandas."""
    return _run(filesystem(str(drop.parent), file_glob=drop.name) | read_csv(), folder, None)


def dlt_arrow(drop: Path, folder: Path) -> int:
    """Arrow batches, which dlt neither normalises nor checks."""
    files = filesystem(str(drop.parent), file_glob=drop.name)
    return _run(files | _arrow_batches(), folder, "parquet")


@dlt.transformer
def _arrow_batches(items: Iterator[FileItemDict]) -> Iterator[object]:
    options = csv.ReadOptions(block_size=BLOCK_BYTES)
    for item in items:
        with item.open() as file:
            yield from csv.open_csv(file, options)


def _run(rows: object, folder: Path, file_format: str | None) -> int:
    warehouse = folder / "dlt.duckdb"
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(warehouse)),
        dataset_name="raw",
    )
    pipeline.run(rows, table_name=FEED, loader_file_format=file_format)
    with duckdb.connect(warehouse) as engine:
        return int(engine.execute(f"select count(*) from raw.{FEED}").fetchall()[0][0])
