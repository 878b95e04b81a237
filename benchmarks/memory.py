"""Memory that loading takes, whatever the size of the drop: `make bench NAME=memory`."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.cases import Case, Target, run
from benchmarks.drops import write_drop
from benchmarks.feed import FEED
from benchmarks.loading import load_drops

PEAK_MB = 1024
ROWS_OF_5_GB = {"csv": 39_000_000, "jsonl": 17_000_000, "json": 17_000_000, "avro": 60_000_000}
"""By suffix. JSON lists are measured as well, to see whether they need a bound of their own."""


def main(
    rows: Annotated[int | None, typer.Option(help="Rows of each drop; else 5 GB of them.")] = None,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Load generated drops; exit with 1 where one takes too much memory."""
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        is_met = run("memory", _cases(rows, Path(folder)), 1, only)
    sys.exit(not is_met)


def _cases(rows: int | None, folder: Path) -> Iterator[Case]:
    for suffix, rows_of_5_gb in ROWS_OF_5_GB.items():
        drop_rows = rows or rows_of_5_gb
        drop = folder / f"{FEED}.{suffix}"
        file_format = "json" if suffix.startswith("json") else suffix
        yield Case(
            name=f"{suffix} into DuckDB",
            rows=drop_rows,
            prepare=partial(write_drop, drop, drop_rows, dirty=True),
            ours=partial(load_drops, drop, file_format, None),
            target=Target(peak_mb=PEAK_MB),
        )
        drop.unlink(missing_ok=True)


if __name__ == "__main__":
    typer.run(main)
