"""The command `audience-vault market`."""

import csv
import json
from typing import Annotated

import typer

from ingest.console import make_console, table
from ingest.errors import UsageError
from ingest.settings import Settings

Market = dict[str, str | int]
"""Settings by the name of their dbt var; times of day are text, other numbers are numbers."""


def markets(settings: Settings) -> dict[str, Market]:
    """The rows of the seed markets, by name."""
    with (settings.project_dir / "seeds" / "markets.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row.pop("market"): {
            name: int(value) if value.isdigit() else value for name, value in row.items()
        }
        for row in rows
    }


def market_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A market of seeds/markets.csv.")
    ] = None,
) -> None:
    """Print a market's settings as dbt vars; without a name, every market.

    audience-vault build --vars "$(audience-vault market germany)"
    """
    known = markets(Settings.from_environment())
    if name is None:
        columns = ["market", *next(iter(known.values()))]
        rows = [(market, *map(str, said.values())) for market, said in known.items()]
        make_console().print(table("Markets", columns, rows))
    elif name not in known:
        raise UsageError(
            f"there is no market {name} in seeds/markets.csv; there are {', '.join(known)}"
        )
    else:
        typer.echo(json.dumps(known[name]))
