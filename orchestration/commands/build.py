"""The command `audience-vault build`."""

from collections import Counter
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ingest.console import count, make_console, safe
from ingest.settings import Settings
from orchestration.build import BuildResult, Node, build

PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What Typer doesn't know is for dbt."""


def build_command(context: typer.Context) -> None:
    """Build staging, vault and marts, with all data tests.

    Takes what `dbt build` takes, as in --select channel_ratings_daily, --vars '{…}' or
    --full-refresh.
    """
    result = build_with_progress(Settings.from_environment(), make_console(), context.args)
    if not result.succeeded:
        raise typer.Exit(1)


def build_with_progress(
    settings: Settings, console: Console, arguments: Sequence[str] = ()
) -> BuildResult:
    """Build under a progress line; print what warns, what failed, and the sum."""
    line = Progress(
        TextColumn("Building {task.fields[node]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with line:
        task = line.add_task("nodes", total=None, node="…")

        def show(node: Node, position: int, total: int) -> None:
            line.update(task, completed=position, total=total, node=node.name)

        result = build(settings, arguments, on_progress=show)
    for node in result.warnings:
        console.print(_told(node, "bold yellow"))
    for node in result.failures:
        console.print(_told(node, "bold red"))
    console.print(_summary(result))
    return result


def _told(node: Node, style: str) -> Text:
    return Text.assemble(
        (f"{node.status:<7}", style), f" {node.kind} {node.name}: {safe(node.message)}"
    )


def _summary(result: BuildResult) -> str:
    kinds = Counter(
        node.kind for node in result.nodes if not node.failed and node.status != "skipped"
    )
    skipped = sum(node.status == "skipped" for node in result.nodes)
    parts = [
        f"{count(kinds['model'])} models and {count(kinds['seed'])} seeds built",
        f"{count(kinds['test'] - len(result.warnings))} tests passed",
    ]
    if result.warnings:
        parts.append(f"{count(len(result.warnings))} warned")
    if result.failures:
        parts.append(f"{count(len(result.failures))} failed")
    if skipped:
        parts.append(f"{count(skipped)} skipped because of it")
    return f"{', '.join(parts)}; {result.seconds:.0f} s."
