"""The command `audience-vault load`."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal

from ingest.commands.loads import print_left_alone, show_load
from ingest.console import count, file_name, make_console, print_json, table
from ingest.errors import UsageError
from ingest.loading.loader import Bounds, load, plan
from ingest.loading.passes import Pair
from ingest.loading.results import LoadReport
from ingest.settings import Settings


def load_command(  # noqa: PLR0913 - one parameter an option
    source: Annotated[
        str, typer.Argument(help="A folder, a file, or a file://, s3:// or sftp:// URL.")
    ],
    feed: Annotated[
        str | None, typer.Option(help="Only this feed; a single file whatever its name.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only drops stored then or later, as 2024-01-31T06:00 UTC.")
    ] = None,
    max_drops: Annotated[
        int | None, typer.Option(min=1, help="At most this many new drops, oldest first.")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, help="At most this much of them, but always one.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be loaded.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Load new drops into raw; what was loaded before is left alone."""
    settings = Settings.from_environment()
    bounds = Bounds(_instant(since), max_drops, max_bytes)
    console = make_console()
    if dry_run:
        drops, report = plan(source, settings, feed, bounds)
        if as_json:
            _print_report_json([{"feed": c.feed} | asdict(drop) for drop, c in drops], report)
        else:
            _print_plan(console, drops, report)
        return
    if as_json:
        report = load(source, settings, feed, bounds)
        _print_report_json([], report)
    else:
        report = show_load(console, lambda show: load(source, settings, feed, bounds, show))
    if report.failed:
        raise typer.Exit(1)


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        instant = datetime.fromisoformat(written)
    except ValueError as error:
        raise UsageError(
            f"--since is '{written}'; write a date or an instant, as 2024-01-31 or "
            "2024-01-31T06:00+03:00 (UTC where none is stated)"
        ) from error
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _print_report_json(would_load: list[dict[str, object]], report: LoadReport) -> None:
    print_json({"would_load": would_load} | asdict(report))


def _print_plan(console: Console, drops: list[Pair], report: LoadReport) -> None:
    rows = [
        (contract.feed, file_name(drop.url), decimal(drop.size_bytes), f"{drop.modified_at:%F %T}")
        for drop, contract in drops
    ]
    if rows:
        headings = ["feed", "file", "#size", "stored (UTC)"]
        console.print(table(f"{count(len(rows))} would be loaded", headings, rows))
    else:
        console.print("Nothing new to load.")
    if report.left:
        console.print(f"{count(report.left)} more would be left for the next run.")
    print_left_alone(console, report)
