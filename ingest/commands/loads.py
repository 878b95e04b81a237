"""How loads look: a line per drop, how far it is, and the sum."""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from ingest.console import count, file_name, safe
from ingest.ledger.history import State
from ingest.loading.results import DropResult, LoadReport, OnProgress, Progress
from ingest.stores import Skipped

STYLES = {State.LOADED: "green", State.DUPLICATE: "yellow", State.FAILED: "bold red"}
NAMES_SHOWN = 5
SECONDS_BETWEEN_LINES = 10.0
"""Of how far it is, where there is no terminal to draw on."""


def show_load(console: Console, run: Callable[[OnProgress], LoadReport]) -> LoadReport:
    """Run a load; print what becomes of each drop, how far it is, and the sum."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(compact=True),
    )
    with ProgressBar(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("Looking for drops …", total=None, told="")
        told_at = time.monotonic()

        def show(result: DropResult, progress: Progress) -> None:
            nonlocal told_at
            _print_result(console, result)
            drops = f"{count(progress.drops)} of {count(progress.of_drops)} drops"
            told = _told(progress)
            bar.update(
                task,
                description=drops,
                total=progress.of_bytes,
                completed=progress.bytes,
                told=told,
            )
            if not console.is_terminal and time.monotonic() - told_at > SECONDS_BETWEEN_LINES:
                told_at = time.monotonic()
                left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left else ""
                console.print(f"{drops}, {told}{left}")

        report = run(show)
    _print_summary(console, report)
    return report


def _told(progress: Progress) -> str:
    rate = progress.bytes / progress.seconds if progress.seconds else 0
    size = f"{decimal(progress.bytes)} of {decimal(progress.of_bytes)}"
    return f"{count(progress.rows)} rows, {size} at {decimal(int(rate))}/s"


def _print_result(console: Console, result: DropResult) -> None:
    if result.state is State.UNCHANGED:
        return
    line = Text.assemble((f"{result.state:<9}", STYLES[result.state]), f" {result.feed:<14} ")
    line.append(file_name(result.url))
    if result.state is State.LOADED:
        line.append(f"  {count(result.rows_loaded)} {'row' if result.rows_loaded == 1 else 'rows'}")
    if result.rows_quarantined:
        line.append(f", {count(result.rows_quarantined)} in quarantine", "yellow")
    if result.error:
        line.append(f"\n          {safe(result.error)}")
    console.print(line)


def _print_summary(console: Console, report: LoadReport) -> None:
    states = Counter(result.state for result in report.results)
    told = ", ".join(f"{count(states[state])} {state}" for state in State if states[state])
    rows = sum(result.rows_loaded for result in report.results)
    quarantined = sum(result.rows_quarantined for result in report.results)
    drops = "drop" if len(report.results) == 1 else "drops"
    console.print(
        f"{count(len(report.results))} {drops}{': ' if told else ''}{told}; "
        f"{count(rows)} rows loaded, {count(quarantined)} in quarantine."
    )
    if quarantined:
        console.print("See them with `audience-vault quarantine list`.")
    _print_unknown(console, report.unknown)
    if report.left:
        console.print(f"{count(report.left)} more are left for the next run.")
    print_left_alone(console, report)


def _print_unknown(console: Console, unknown: dict[str, list[str]]) -> None:
    for feed, names in unknown.items():
        shown = ", ".join(safe(name) for name in names[:NAMES_SHOWN])
        more = ", …" if len(names) > NAMES_SHOWN else ""
        text = f"{feed}: the contract doesn't know {shown}{more}; kept in _extra"
        console.print(Text(text, "yellow"))


def print_left_alone(console: Console, report: LoadReport) -> None:
    """What a source holds besides drops that are ready, and what couldn't be moved."""
    _print_skipped(console, "Not ready", report.waiting)
    _print_skipped(console, "Not readable", report.unreadable)
    _print_skipped(console, "Loaded, but not archived", report.unarchived)
    belong = "file belongs" if len(report.ignored) == 1 else "files belong"
    _print_names(console, f"{belong} to no feed", report.ignored)
    hold = "file holds" if len(report.error_records) == 1 else "files hold"
    _print_names(console, f"{hold} what a connector couldn't deliver", report.error_records)


def _print_skipped(console: Console, title: str, skipped: Sequence[Skipped]) -> None:
    for each in skipped[:NAMES_SHOWN]:
        line = f"{title}: {file_name(each.url)} {safe(each.reason)}"
        console.print(Text(line, "yellow"))
    if len(skipped) > NAMES_SHOWN:
        console.print(Text(f"{title}: {count(len(skipped) - NAMES_SHOWN)} more", "yellow"))


def _print_names(console: Console, what: str, urls: Sequence[str]) -> None:
    if urls:
        names = ", ".join(file_name(url) for url in urls[:NAMES_SHOWN])
        more = ", …" if len(urls) > NAMES_SHOWN else ""
        console.print(Text(f"{count(len(urls))} {what}: {names}{more}", "dim"))
