"""Cases of a benchmark, their table, and the file that keeps them."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Prepared, Run, Work, alternate, measure

TABLE_WIDTH = 140
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Target:
    """What a case has to reach."""

    speed: float | None = None
    """Least speed as a part of the baseline's."""
    seconds: float | None = None
    peak_mb: float | None = None

    def is_met(self, ours: Run, baseline: Run | None) -> bool:
        """Whether a run reaches all of it."""
        if self.speed and baseline and baseline.seconds / ours.seconds < self.speed:
            return False
        if self.seconds is not None and ours.seconds > self.seconds:
            return False
        return self.peak_mb is None or ours.peak_mb < self.peak_mb

    def __str__(self) -> str:
        """As the table has it."""
        parts = [f"≥ {self.speed:.2g} x" if self.speed else ""]
        parts += [f"< {self.seconds:g} s" if self.seconds else ""]
        parts += [f"< {self.peak_mb:g} MiB" if self.peak_mb else ""]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Case:
    """Our way to load or build some rows beside a baseline's."""

    name: str
    rows: int
    prepare: Callable[[], None]
    """Writes what is loaded, when the case's turn comes: it may be gigabytes."""
    ours: Work | Prepared
    target: Target
    baseline: str | None = None
    """The SQL, or what else it is, of the baseline."""
    bare: Work | Prepared | None = None
    check: Callable[[], None] | None = None
    """Raises where ours and the baseline's differ in what they made."""


@dataclass(frozen=True)
class Result:
    """A case that was measured, as results/<name>.json has it."""

    case: str
    rows: int
    seconds: float
    rows_per_second: int
    cpu_seconds: float
    baseline: str | None
    baseline_seconds: float | None
    baseline_cpu_seconds: float | None
    ratio: float | None
    """Seconds as a multiple of the baseline's."""
    speed: float | None
    """Speed as a part of the baseline's: 1 / ratio."""
    peak_mb: float
    target: str
    is_met: bool


def run(name: str, cases: Iterable[Case], repeats: int, only: str) -> bool:
    """Measure cases whose name contains `only`, print and keep them; whether all are met."""
    console = Console(width=TABLE_WIDTH)
    results: list[Result] = []
    for case in cases:
        if only in case.name:
            console.print(f"{case.name}, {case.rows:,} rows …", highlight=False)
            case.prepare()
            results.append(_measured(case, repeats))
            _keep(name, results)
    console.print(_table(name, results))
    for baseline in dict.fromkeys(result.baseline for result in results if result.baseline):
        cases_of_it = dict.fromkeys(r.case for r in results if r.baseline == baseline)
        console.print(f"\nBaseline of {', '.join(cases_of_it)}:\n{baseline}", highlight=False)
    return all(result.is_met for result in results)


def _measured(case: Case, repeats: int) -> Result:
    bare = None
    if case.bare is None:
        ours = measure(case.ours)
    else:
        ours, bare = alternate(repeats, case.ours, case.bare)
    if case.check is not None:
        case.check()
    if ours.rows != case.rows:
        raise RuntimeError(f"{case.name}: {ours.rows:,} of {case.rows:,} rows were accounted for")
    ratio = ours.seconds / bare.seconds if bare else None
    return Result(
        case=case.name,
        rows=case.rows,
        seconds=round(ours.seconds, 3),
        rows_per_second=round(case.rows / ours.seconds),
        cpu_seconds=round(ours.cpu_seconds, 3),
        baseline=case.baseline,
        baseline_seconds=round(bare.seconds, 3) if bare else None,
        baseline_cpu_seconds=round(bare.cpu_seconds, 3) if bare else None,
        ratio=round(ratio, 3) if ratio else None,
        speed=round(1 / ratio, 3) if ratio else None,
        peak_mb=round(ours.peak_mb, 1),
        target=str(case.target),
        is_met=case.target.is_met(ours, bare),
    )


def _keep(name: str, results: list[Result]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")


def _table(name: str, results: list[Result]) -> Table:
    table = Table(title=f"make bench NAME={name}", title_justify="left")
    for heading in (
        "case",
        "rows",
        "rows/s",
        "s",
        "CPU s",
        "bare s",
        "bare CPU s",
        "speed",
        "peak MiB",
    ):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    table.add_column("target")
    table.add_column("met")
    for r in results:
        speed = f"{r.speed:.2f} x" if r.speed else ""
        numbers = [r.seconds, r.cpu_seconds, r.baseline_seconds, r.baseline_cpu_seconds]
        shown = ["" if number is None else f"{number:.2f}" for number in numbers]
        met = "yes" if r.is_met else "NO"
        speeds = f"{r.rows_per_second:,}"
        table.add_row(
            r.case, f"{r.rows:,}", speeds, *shown, speed, f"{r.peak_mb:.0f}", r.target, met
        )
    return table
