"""Measures work in processes of its own, so that no case leaves memory or caches to the next."""

import json
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

Work = Callable[[Path], int]
"""Does what is measured in an empty folder and returns how many rows it accounts for; picklable, as
it runs elsewhere."""
ELSEWHERE = f"import {__name__} as measuring; measuring.run_given()"


@dataclass(frozen=True)
class Warm:
    """Work that is done once before it is measured, by when its process holds what it reads."""

    work: Work

    def __call__(self, folder: Path) -> int:
        """Do it."""
        return self.work(folder)


@dataclass(frozen=True)
class Prepared:
    """Work, and what is done each time before its clock starts, in this process."""

    set_up: Callable[[], None]
    work: Work


@dataclass(frozen=True)
class Run:
    """What one run took, without the start of its process and its imports."""

    rows: int
    seconds: float
    cpu_seconds: float
    """Of all threads; on a machine that does other things it tells more than `seconds`."""
    peak_mb: float
    """Most memory that was resident at once, files mapped into it included, in MiB."""


def measure(work: Work | Prepared) -> Run:
    """Run `work` once in a fresh process; raise CalledProcessError where it fails."""
    if isinstance(work, Prepared):
        work.set_up()
        work = work.work
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        result = Path(folder) / "run.json"
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-c", ELSEWHERE, str(scratch), str(result)],
            input=pickle.dumps(work),
            check=True,
        )
        return Run(**json.loads(result.read_text()))


def best(runs: list[Run]) -> Run:
    """The fastest run, with the most memory that any took: noise only ever adds seconds."""
    fastest = min(runs, key=lambda run: run.seconds)
    peak_mb = max(run.peak_mb for run in runs)
    return Run(fastest.rows, fastest.seconds, fastest.cpu_seconds, peak_mb)


def alternate(repeats: int, *works: Work | Prepared) -> list[Run]:
    """The best run of each, taken in turns: what slows the machine down slows all of them."""
    turns = [[measure(work) for work in works] for _ in range(repeats)]
    return [best(list(runs)) for runs in zip(*turns, strict=True)]


def _run(work: Work, folder: Path) -> Run:
    if isinstance(work, Warm):
        work(folder)
    started, cpu_started = time.perf_counter(), time.process_time()
    rows = work(folder)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    return Run(rows, seconds, cpu_seconds, _peak_mb())


def _peak_mb() -> float:
    """Linux counts in `ru_maxrss` what the parent had when it started this process."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run_given() -> None:
    """Run the work on stdin in the folder given; what it took goes to the file given."""
    given = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by measure()
    Path(sys.argv[2]).write_text(json.dumps(asdict(_run(given, Path(sys.argv[1])))))
