"""The command `audience-vault status`."""

from ingest.console import file_name, make_console, table
from ingest.contracts import read_contracts
from ingest.reports import failed_drops, feed_status
from ingest.settings import Settings
from ingest.warehouses import open_for_reading


def status_command() -> None:
    """Show what was loaded, by feed, and which drops failed."""
    console = make_console()
    settings = Settings.from_environment()
    warehouse = open_for_reading(settings)
    if warehouse is None:
        console.print("Nothing is loaded yet; start with `audience-vault load SOURCE`.")
        return
    with warehouse:
        feeds = feed_status(warehouse, list(read_contracts(settings.contracts_dir)))
        failed = failed_drops(warehouse)
    console.print(
        table(
            "Loads by feed",
            ["feed", "#loaded", "#dup.", "#failed", "#rows", "#quarantined", "last load (UTC)"],
            (
                (
                    feed.name,
                    f"{feed.loaded:,}",
                    f"{feed.duplicate:,}",
                    f"{feed.failed:,}",
                    f"{feed.rows_loaded:,}",
                    f"{feed.rows_quarantined:,}",
                    f"{feed.last_loaded_at:%Y-%m-%d %H:%M}" if feed.last_loaded_at else "never",
                )
                for feed in feeds
            ),
        )
    )
    if failed:
        rows = [(drop.feed, file_name(drop.url), drop.error) for drop in failed]
        console.print(table("Drops that failed and wait", ["feed", "file", "reason"], rows))
