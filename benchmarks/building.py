"""Building a mart from raw beside one bare statement: in full, one more day, and as data grow."""

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
from benchmarks.market import Market, Subject
from benchmarks.measuring import Prepared

DAYS, MOST_BOXES = 10, 20_000
"""A larger market has more dates, not more boxes a date."""
LEAST_SPEED = 1 / 6
"""Beside the bare statement, where there is enough to do that dbt's own seconds don't count."""
LEAST_ROWS = 10_000_000
GROWN_DAYS, MOST_GROWTH = 90, 1.3
GROWTH_EVENTS_PER_DAY = 100_000


@dataclass(frozen=True)
class Options:
    """What a benchmark was asked for."""

    rows: int | None
    """Events, about; None for all sizes and for growth."""
    repeats: int
    only: str


def run_builds(subject: Subject, sizes: tuple[int, ...]) -> None:
    """The command of a benchmark: measure, print and keep."""

    def command(
        rows: Annotated[int | None, typer.Option(help="Events, about; else each size.")] = None,
        repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
        only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
    ) -> None:
        """Build the mart of simulated markets; exit with 1 where a target isn't met."""
        profiles: list[Profile] = []
        options = Options(rows, repeats, only)
        with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
            cases = _cases(subject, sizes, options, Path(folder), profiles)
            is_met = run(subject.name, cases, options.repeats, options.only)
            for profile in profiles:
                profile.show()
        sys.exit(not is_met)

    typer.run(command)


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


def _cases(
    subject: Subject,
    sizes: tuple[int, ...],
    options: Options,
    folder: Path,
    profiles: list[Profile],
) -> Iterator[Case]:
    for size in (options.rows,) if options.rows else sizes:
        boxes = min(MOST_BOXES, max(1, round(size / DAYS / subject.events_per_box)))
        days = max(1, round(size / boxes / subject.events_per_box))
        market = _market(subject, folder / f"{size}", boxes, days)
        for later in (False, True):
            name = f"{'one more day' if later else 'full build'}, {size / 1e6:g} M"
            if options.only in name:
                profiles.append(Profile(name, market.result_of("seconds.json", later=later)))
                yield _beside_bare(name, market, size, later=later)
        market.clear()
    name = f"one more day on {GROWN_DAYS} days beside {DAYS}"
    if options.rows is None and options.only in name:
        yield _growth(name, subject, folder)


def _market(subject: Subject, folder: Path, boxes: int, days: int) -> Market:
    folder.mkdir()
    return Market(subject, folder, boxes, days)


def _beside_bare(name: str, market: Market, size: int, *, later: bool) -> Case:
    speed = LEAST_SPEED if size >= LEAST_ROWS else None
    return Case(
        name=name,
        rows=market.rows(later=later),
        prepare=partial(getattr, market, "built" if later else "delivered"),
        ours=Prepared(partial(market.restore, later=later), partial(market.build, later=later)),
        target=Target(speed=speed),
        baseline=market.subject.bare,
        bare=partial(market.bare, later=later),
        check=partial(market.compare, later=later),
    )


def _growth(name: str, subject: Subject, folder: Path) -> Case:
    boxes = GROWTH_EVENTS_PER_DAY // subject.events_per_box
    short = _market(subject, folder / "short", boxes, DAYS)
    long = _market(subject, folder / "long", boxes, GROWN_DAYS)

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
