"""The command line `audience-vault`: registers the commands, and turns errors into one line."""

from typing import Annotated

import typer
from rich.text import Text
from typer.core import TyperGroup

from ingest.commands import contract, quarantine
from ingest.commands.load import load_command
from ingest.commands.status import status_command
from ingest.console import make_console, safe
from ingest.contracts import ContractError
from ingest.errors import UsageError
from ingest.settings import SettingsError
from ingest.simulate.cli import simulate_command

FAILED, WRONG_USAGE = 1, 2


class GuardedGroup(TyperGroup):
    """A group of commands that never shows a traceback unless --debug asks for it."""

    def invoke(self, ctx: typer.Context) -> object:
        """Run the command; an error becomes one line and the exit code that it means."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (UsageError, ContractError, SettingsError) as error:
            raise self._told(ctx, error, WRONG_USAGE) from error
        except Exception as error:
            raise self._told(ctx, error, FAILED) from error

    @staticmethod
    def _told(ctx: typer.Context, error: Exception, exit_code: int) -> Exception:
        if ctx.params.get("debug"):
            return error
        message = safe(str(error) or type(error).__name__)
        make_console(stderr=True).print(Text.assemble(("Error: ", "bold red"), message))
        return typer.Exit(exit_code)


app = typer.Typer(cls=GuardedGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main(
    *,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Audience Vault: drops in, ratings out, and proofs that they are right."""


app.command("load")(load_command)
app.command("status")(status_command)
app.command("simulate")(simulate_command)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(contract.app, name="contract")
