"""The commands `audience-vault replay drop`, `dates` and `quarantine`."""

from datetime import datetime
from typing import Annotated

import typer

from ingest.commands.loads import print_left_alone, show_load
from ingest.console import count, make_console
from ingest.errors import UsageError
from ingest.loading.replay import Wanted, replay_drops
from ingest.loading.replay_quarantine import replay_quarantine
from ingest.settings import Settings

DAY = ["%Y-%m-%d"]
Feed = Annotated[str | None, typer.Option(help="Only this feed.")]

app = typer.Typer(
    help="Load again what was loaded before, after a contract was mended.", no_args_is_help=True
)


@app.command("drop")
def drop_command(
    load_ids: Annotated[list[int], typer.Argument(metavar="LOAD...", help="As in the ledger.")],
) -> None:
    """Load the drops of these loads again, from where they are now."""
    _replay(Wanted(load_ids=tuple(load_ids)))


@app.command("dates")
def dates_command(
    first: Annotated[datetime, typer.Argument(formats=DAY, help="The first date, in UTC.")],
    last: Annotated[datetime, typer.Argument(formats=DAY, help="The last date.")],
    feed: Feed = None,
) -> None:
    """Load the drops again that were stored on these dates."""
    if last < first:
        raise UsageError(f"{last:%F} is before {first:%F}; write the first date first")
    _replay(Wanted(first=first.date(), last=last.date(), feed=feed))


@app.command("quarantine")
def quarantine_command(
    feed: Feed = None,
    load_id: Annotated[int | None, typer.Option("--load", help="Only rows of this load.")] = None,
) -> None:
    """Load the rows of quarantine that pass by now; the others stay."""
    report = replay_quarantine(Settings.from_environment(), feed, load_id)
    rows = sum(result.rows_loaded for result in report.results)
    loads = "load" if len(report.results) == 1 else "loads"
    console = make_console()
    console.print(f"{count(rows)} rows left quarantine, in {count(len(report.results))} {loads}.")
    print_left_alone(console, report)


def _replay(wanted: Wanted) -> None:
    settings = Settings.from_environment()
    report = show_load(make_console(), lambda show: replay_drops(wanted, settings, show))
    if report.failed:
        raise typer.Exit(1)
