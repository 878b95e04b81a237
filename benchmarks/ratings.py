"""The ratings path beside one bare statement: `make bench NAME=ratings`."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.cases import Case, Target, run
from benchmarks.measuring import Prepared
from benchmarks.viewing import BARE, EVENTS_PER_BOX, Market

ROWS = (1_000_000, 10_000_000, 100_000_000)
DAYS, MOST_BOXES = 10, 20_000
"""A larger market has more dates, not more boxes a date."""
LEAST_SPEED = 1 / 6
"""Beside the bare statement, where there is enough to do that dbt's own seconds don't count."""
LEAST_ROWS = 10_000_000
GROWN_DAYS, MOST_GROWTH = 90, 1.3
GROWTH_EVENTS_PER_DAY = 100_000


def main(
    rows: Annotated[int | None, typer.Option(help="Events, about; else 1, 10 and 100 M.")] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Build the ratings of simulated markets; exit with 1 where a target isn't met."""
    profiles: list[Profile] = []
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        is_met = run("ratings", _cases(rows, Path(folder), only, profiles), repeats, only)
        for profile in profiles:
            profile.show()
    sys.exit(not is_met)


@dataclass(frozen=True)
class Profile:
    """Where the time of a full build goes, as dbt tells."""

    case: str
    seconds: Path
    """A file with the seconds of each model."""

    def show(self) -> None:
        """Print the seconds of each model, the slowest first, if the case was run."""
        if not self.seconds.exists():
            return
        seconds = json.loads(self.seconds.read_text())
        table = Table(title=f"\n{self.case}, {sum(seconds.values()):.1f} s in models")
        table.add_column("model")
        table.add_column("s", justify="right")
        for model, time in sorted(seconds.items(), key=lambda each: -each[1])[:15]:
            table.add_row(model, f"{time:.2f}")
        Console().print(table)


def _cases(rows: int | None, folder: Path, only: str, profiles: list[Profile]) -> Iterator[Case]:
    for size in (rows,) if rows else ROWS:
        boxes = min(MOST_BOXES, max(1, round(size / DAYS / EVENTS_PER_BOX)))
        market = _market(folder / f"{size}", boxes, max(1, round(size / boxes / EVENTS_PER_BOX)))
        for later in (False, True):
            name = f"{'one more day' if later else 'full build'}, {size / 1e6:g} M"
            if only in name:
                profiles.append(Profile(name, market.result_of("seconds.json", later=later)))
                yield _beside_bare(name, market, size, later=later)
    name = f"one more day on {GROWN_DAYS} days beside {DAYS}"
    if rows is None and only in name:
        yield _growth(name, folder)


def _market(folder: Path, boxes: int, days: int) -> Market:
    folder.mkdir()
    return Market(folder, boxes, days)


def _beside_bare(name: str, market: Market, size: int, *, later: bool) -> Case:
    speed = LEAST_SPEED if size >= LEAST_ROWS else None
    return Case(
        name=name,
        rows=market.rows(later=later),
        prepare=partial(getattr, market, "built" if later else "delivered"),
        ours=Prepared(partial(market.restore, later=later), partial(market.build, later=later)),
        target=Target(speed=speed),
        baseline=BARE,
        bare=partial(market.bare, later=later),
        check=partial(market.compare, later=later),
    )


def _growth(name: str, folder: Path) -> Case:
    boxes = GROWTH_EVENTS_PER_DAY // EVENTS_PER_BOX
    short = _market(folder / "short", boxes, DAYS)
    long = _market(folder / "long", boxes, GROWN_DAYS)

    def prepare() -> None:
        _ = short.built, long.built

    return Case(
        name=name,
        rows=long.rows(later=True),
        prepare=prepare,
        ours=Prepared(partial(long.restore, later=True), partial(long.build, later=True)),
        target=Target(speed=1 / MOST_GROWTH),
        baseline=f"one more day of as many events on {DAYS} days",
        bare=Prepared(partial(short.restore, later=True), partial(short.build, later=True)),
    )


if __name__ == "__main__":
    typer.run(main)
