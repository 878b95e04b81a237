"""The command `audience-vault status`."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from ingest.console import file_name, make_console, print_json, table
from ingest.contracts import Contract, read_contracts
from ingest.ledger.history import utc_now
from ingest.ledger.reports import FailedDrop, FeedStatus, failed_drops, feed_status
from ingest.settings import Settings
from ingest.warehouses import open_for_reading

HEADINGS = (
    *("feed", "#loaded", "#dup.", "#failed", "#rows", "#quarantined"),
    *("last load (UTC)", "#age", "due"),
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def status_command(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False
) -> None:
    """Show what was loaded, by feed, whether it is on time, and which drops failed."""
    console = make_console()
    settings = Settings.from_environment()
    contracts = read_contracts(settings.contracts_dir)
    feeds, failed = [FeedStatus(feed) for feed in contracts], []
    warehouse = open_for_reading(settings)
    if warehouse is not None:
        with warehouse:
            feeds, failed = feed_status(warehouse, list(contracts)), failed_drops(warehouse)
    if as_json:
        told = [_document(feed, contracts[feed.feed]) for feed in feeds]
        print_json({"feeds": told, "failed": [asdict(drop) for drop in failed]})
    elif warehouse is None:
        console.print("Nothing is loaded yet; start with `audience-vault load SOURCE`.")
    else:
        _print_tables(console, [_row(feed, contracts[feed.feed]) for feed in feeds], failed)


def _document(feed: FeedStatus, contract: Contract) -> dict[str, object]:
    """A feed's status for a program. One that is due and has no load at all is late."""
    age, cadence = _age(feed), contract.cadence
    return asdict(feed) | {
        "age_seconds": None if age is None else int(age.total_seconds()),
        "due_every_seconds": None if cadence is None else int(cadence.total_seconds()),
        "is_late": cadence is not None and (age is None or age > cadence),
    }


def _print_tables(console: Console, rows: list[tuple[str, ...]], failed: list[FailedDrop]) -> None:
    console.print(table("Loads by feed", HEADINGS, rows))
    if failed:
        rows = [(drop.feed, file_name(drop.url), drop.error) for drop in failed]
        console.print(table("Drops that failed and wait", ["feed", "file", "reason"], rows))


def _row(feed: FeedStatus, contract: Contract) -> tuple[str, ...]:
    age = _age(feed)
    return (
        feed.feed,
        *(f"{number:,}" for number in (feed.loaded, feed.duplicate, feed.failed)),
        *(f"{number:,}" for number in (feed.rows_loaded, feed.rows_quarantined)),
        f"{feed.last_loaded_at:%Y-%m-%d %H:%M}" if feed.last_loaded_at else "never",
        "" if age is None else in_words(age),
        due(age, contract.cadence),
    )


def _age(feed: FeedStatus) -> timedelta | None:
    return utc_now() - feed.last_loaded_at if feed.last_loaded_at else None


def due(age: timedelta | None, cadence: timedelta | None) -> str:
    """Whether a feed that is due every `cadence` is on time, when its last load is `age` old."""
    if cadence is None:
        return ""
    every = f"every {in_words(cadence)}"
    if age is None:
        return f"{every}: none yet"
    return f"{every}: {'on time' if age <= cadence else f'late by {in_words(age - cadence)}'}"


def in_words(span: timedelta) -> str:
    """A time span in its two largest units, rounded down."""
    days, rest = divmod(span, DAY)
    hours, minutes = divmod(rest, HOUR)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes // MINUTE} min" if minutes >= MINUTE else f"{hours} h"
    return f"{minutes // MINUTE} min"
