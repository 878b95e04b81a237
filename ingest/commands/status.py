"""The command `audience-vault status`."""

from datetime import timedelta

from ingest.console import file_name, make_console, table
from ingest.contracts import Contract, read_contracts
from ingest.ledger.history import utc_now
from ingest.ledger.reports import FeedStatus, failed_drops, feed_status
from ingest.settings import Settings
from ingest.warehouses import open_for_reading

HEADINGS = (
    *("feed", "#loaded", "#dup.", "#failed", "#rows", "#quarantined"),
    *("last load (UTC)", "#age", "due"),
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def status_command() -> None:
    """Show what was loaded, by feed, whether it is on time, and which drops failed."""
    console = make_console()
    settings = Settings.from_environment()
    contracts = read_contracts(settings.contracts_dir)
    warehouse = open_for_reading(settings)
    if warehouse is None:
        console.print("Nothing is loaded yet; start with `audience-vault load SOURCE`.")
        return
    with warehouse:
        feeds = feed_status(warehouse, list(contracts))
        failed = failed_drops(warehouse)
    rows = [_row(feed, contracts[feed.name]) for feed in feeds]
    console.print(table("Loads by feed", HEADINGS, rows))
    if failed:
        rows = [(drop.feed, file_name(drop.url), drop.error) for drop in failed]
        console.print(table("Drops that failed and wait", ["feed", "file", "reason"], rows))


def _row(feed: FeedStatus, contract: Contract) -> tuple[str, ...]:
    age = utc_now() - feed.last_loaded_at if feed.last_loaded_at else None
    return (
        feed.name,
        *(f"{number:,}" for number in (feed.loaded, feed.duplicate, feed.failed)),
        *(f"{number:,}" for number in (feed.rows_loaded, feed.rows_quarantined)),
        f"{feed.last_loaded_at:%Y-%m-%d %H:%M}" if feed.last_loaded_at else "never",
        "" if age is None else in_words(age),
        due(age, contract.cadence),
    )


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
