"""The command line: registers ingest's commands, and turns errors into one line."""

import signal
from typing import Annotated

import typer
from rich.text import Text
from typer.core import TyperGroup

from ingest.commands import contract, quarantine, replay
from ingest.commands.doctor import doctor_command
from ingest.commands.load import load_command
from ingest.commands.status import status_command
from ingest.console import make_console, safe
from ingest.contracts import ContractError
from ingest.errors import UsageError
from ingest.logs import set_up_logs
from ingest.settings import Settings, SettingsError
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


def main(
    *,
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Audience Vault: drops in, ratings out, and proofs that they are right."""
    # Polars asks for the opposite: Ctrl-C would wait until a silent server has its time-out.
    signal.siginterrupt(signal.SIGINT, True)
    set_up_logs(Settings.from_environment().log_format)


def make_app() -> typer.Typer:
    """The command line with the commands that need neither dbt nor Dagster."""
    made = typer.Typer(cls=GuardedGroup, no_args_is_help=True, pretty_exceptions_enable=False)
    made.callback()(main)
    made.command("load")(load_command)
    made.command("status")(status_command)
    made.command("doctor")(doctor_command)
    made.command("simulate")(simulate_command)
    made.add_typer(quarantine.app, name="quarantine")
    made.add_typer(replay.app, name="replay")
    made.add_typer(contract.app, name="contract")
    return made


app = make_app()
