"""The command `audience-vault doctor`."""

from typing import Annotated

import typer
from rich.text import Text

from ingest.console import make_console, safe
from ingest.doctor import examine
from ingest.settings import Settings


def doctor_command(
    source: Annotated[
        str | None, typer.Argument(help="What would be loaded; else AUDIENCE_VAULT_SOURCE.")
    ] = None,
) -> None:
    """Look for what would keep drops from being loaded, and say what to do about it."""
    settings = Settings.from_environment()
    console = make_console()
    is_well = True
    for finding in examine(settings, source or settings.source):
        mark = ("fine ", "green") if finding.is_fine else ("amiss", "bold red")
        console.print(Text.assemble(mark, f"  {finding.subject:<16} ", safe(finding.told)))
        is_well = is_well and finding.is_fine
    if not is_well:
        raise typer.Exit(1)
