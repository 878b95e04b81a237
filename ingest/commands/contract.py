"""The command `audience-vault contract sync`."""

import typer

from ingest.console import make_console
from ingest.contracts import read_contracts
from ingest.dbt_sources import write_sources
from ingest.settings import Settings

app = typer.Typer(help="Keep what follows from the contracts in step.", no_args_is_help=True)


@app.command("sync")
def sync_command() -> None:
    """Write the dbt sources that follow from the contracts."""
    settings = Settings.from_environment()
    changed = write_sources(read_contracts(settings.contracts_dir), settings.project_dir)
    console = make_console()
    for path in changed:
        console.print(f"wrote {path}", markup=False)
    if not changed:
        console.print("The dbt sources are in step with the contracts.")
