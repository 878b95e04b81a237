"""The command `audience-vault load`."""

from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ingest.console import count, file_name, make_console, safe
from ingest.history import State
from ingest.loader import load
from ingest.results import DropResult, LoadReport, Progress
from ingest.settings import Settings

STYLES = {State.LOADED: "green", State.DUPLICATE: "yellow", State.FAILED: "bold red"}


def load_command(
    source: Annotated[str, typer.Argument(help="A folder, a file, or a file:// URL.")],
    feed: Annotated[
        str | None, typer.Option(help="Only this feed; a single file whatever its name.")
    ] = None,
) -> None:
    """Load new drops into raw; what was loaded before is left alone."""
    report = load_with_progress(make_console(), source, Settings.from_environment(), feed)
    if report.failed:
        raise typer.Exit(1)


def load_with_progress(
    console: Console, source: str, settings: Settings, feed: str | None = None
) -> LoadReport:
    """Load; print what became of each drop, and the sum."""
    with console.status("Looking for drops …") as status:

        def show(result: DropResult, progress: Progress) -> None:
            status.update(f"Drop {progress.drops:,} of {progress.of_drops:,}")
            _print_result(console, result)

        report = load(source, settings, feed, on_progress=show)
    _print_summary(console, report)
    return report


def _print_result(console: Console, result: DropResult) -> None:
    if result.state is State.UNCHANGED:
        return
    line = Text.assemble((f"{result.state:<9}", STYLES[result.state]), f" {result.feed:<14} ")
    line.append(file_name(result.url))
    if result.state is State.LOADED:
        line.append(f"  {count(result.rows_loaded)} rows")
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
    if report.ignored:
        names = ", ".join(file_name(url) for url in report.ignored[:5])
        more = ", …" if len(report.ignored) > 5 else ""
        belong = "file belongs" if len(report.ignored) == 1 else "files belong"
        console.print(
            Text(f"{count(len(report.ignored))} {belong} to no feed: {names}{more}", "dim")
        )
