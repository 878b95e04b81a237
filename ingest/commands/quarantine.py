"""The commands `audience-vault quarantine list` and `show`."""

from typing import Annotated

import typer
from rich.text import Text

from ingest.console import count, file_name, make_console, safe, table
from ingest.contracts import read_contracts
from ingest.errors import UsageError
from ingest.ledger.reports import QuarantinedRow, quarantined_row, quarantined_rows
from ingest.settings import Settings
from ingest.warehouses import Warehouse, open_for_reading

VALUE_CHARACTERS = 40

app = typer.Typer(help="Look at rows that break their contract.", no_args_is_help=True)


@app.command("list")
def list_command(
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many rows, newest first.")] = 20,
) -> None:
    """List quarantined rows, the newest load first."""
    settings = Settings.from_environment()
    feeds = read_contracts(settings.contracts_dir)
    if feed is not None and feed not in feeds:
        raise UsageError(f"there is no feed '{feed}'; the feeds are {', '.join(feeds)}")
    console = make_console()
    with _open(settings) as warehouse:
        total, rows = quarantined_rows(warehouse, feed, limit)
    if not rows:
        console.print("No row is in quarantine.")
        return
    headings = ["#load", "#row", "feed", "column", "rule", "value"]
    shown = [(r.load_id, r.row_number, r.feed, r.column, r.rule, _short(r.value)) for r in rows]
    console.print(table(f"{count(len(rows))} of {count(total)} rows", headings, shown))
    console.print("See one with `audience-vault quarantine show LOAD ROW`.")


@app.command("show")
def show_command(
    load_id: Annotated[int, typer.Argument(metavar="LOAD", help="The load, as in the list.")],
    row_number: Annotated[int, typer.Argument(metavar="ROW", help="The row, as in the list.")],
) -> None:
    """Show a quarantined row with its reason, as it was delivered."""
    with _open(Settings.from_environment()) as warehouse:
        row = quarantined_row(warehouse, load_id, row_number)
    if row is None:
        raise UsageError(f"row {row_number} of load {load_id} is not in quarantine")
    _print_row(row)


def _open(settings: Settings) -> Warehouse:
    warehouse = open_for_reading(settings)
    if warehouse is None:
        raise UsageError("nothing is loaded yet; start with `audience-vault load SOURCE`")
    return warehouse


def _short(value: str | None) -> str:
    text = safe(value)
    return text if len(text) <= VALUE_CHARACTERS else f"{text[: VALUE_CHARACTERS - 1]}…"


def _print_row(row: QuarantinedRow) -> None:
    console = make_console()
    facts = {
        "feed": row.feed,
        "drop": file_name(row.file),
        "load": row.load_id,
        "row": row.row_number,
        "reason": row.reason,
        "payload": row.payload,
    }
    for name, value in facts.items():
        console.print(Text.assemble((f"{name:<8}", "bold"), safe(value)))
