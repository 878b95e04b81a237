"""The command `audience-vault simulate`."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ingest.console import count, make_console, table
from ingest.simulate.drops import FEEDS, Drop, simulate
from ingest.simulate.plan import SimulationPlan

DEFAULT = SimulationPlan()
START = DEFAULT.start.isoformat()


def simulate_command(  # noqa: PLR0913 - one parameter per option
    folder: Annotated[Path, typer.Argument(help="Where to write; one folder per feed below it.")],
    *,
    days: Annotated[int, typer.Option(help="Dates, each with drops of its own.")] = DEFAULT.days,
    boxes: Annotated[int, typer.Option(help="Set-top boxes in the market.")] = DEFAULT.boxes,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = DEFAULT.seed,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First date.")] = START,  # type: ignore[assignment]
    channels: Annotated[int, typer.Option(help="Channels, 5 to 480.")] = DEFAULT.channels,
    feed: Annotated[
        list[str] | None, typer.Option(help=f"Only this one, of {', '.join(FEEDS)}; repeatable.")
    ] = None,
    bad_share: Annotated[
        float, typer.Option(help="Share of rows that break the contract.")
    ] = DEFAULT.bad_share,
    late_share: Annotated[
        float, typer.Option(help="Share of rows that come one to three days late.")
    ] = DEFAULT.late_share,
    duplicate_share: Annotated[
        float, typer.Option(help="Share of rows delivered twice.")
    ] = DEFAULT.duplicate_share,
    silent_share: Annotated[
        float, typer.Option(help="Share of sessions that end in silence.")
    ] = DEFAULT.silent_share,
    panel_share: Annotated[
        float, typer.Option(help="Share of boxes whose household is in the panel.")
    ] = DEFAULT.panel_share,
    overlap_share: Annotated[
        float, typer.Option(help="Share of the panel's sessions that last into the next.")
    ] = DEFAULT.overlap_share,
    correction_share: Annotated[
        float, typer.Option(help="Share of scheduled programmes that are corrected later.")
    ] = DEFAULT.correction_share,
) -> None:
    """Write realistic drops for some days and boxes, to try things on."""
    console = make_console()
    try:
        plan = SimulationPlan(
            days=days,
            boxes=boxes,
            seed=seed,
            start=start.date(),
            channels=channels,
            late_share=late_share,
            duplicate_share=duplicate_share,
            silent_share=silent_share,
            bad_share=bad_share,
            panel_share=panel_share,
            overlap_share=overlap_share,
            correction_share=correction_share,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if unknown := set(feed or ()) - set(FEEDS):
        raise typer.BadParameter(f"no feed '{min(unknown)}'; there are {', '.join(FEEDS)}")
    try:
        drops = _simulate_with_progress(folder, plan, feed or FEEDS, console)
    except (OSError, duckdb.IOException) as error:
        console.print(f"Can't write to {folder}: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    console.print(_summary(drops))


def _simulate_with_progress(
    folder: Path, plan: SimulationPlan, feeds: Collection[str], console: Console
) -> list[Drop]:
    """Simulate under a progress line on the terminal."""
    line = Progress(
        TextColumn("Simulating {task.fields[drop]}"),
        BarColumn(),
        TextColumn("{task.completed} drops"),
        TimeElapsedColumn(),
        console=console,
    )
    with line:
        task = line.add_task("drops", total=None, drop="")
        return simulate(
            folder,
            plan,
            lambda drop: line.update(task, advance=1, drop=drop.path.name),
            feeds=feeds,
        )


def _summary(drops: list[Drop]) -> Table:
    """Files, rows and flaws per feed."""
    feeds: dict[Path, list[Drop]] = {}
    for drop in drops:
        feeds.setdefault(drop.path.parent, []).append(drop)
    return table(
        "Drops written",
        ["feed", "#files", "#rows", "#broken", "#repeated", "#late", "folder"],
        (
            (
                folder.name,
                count(len(each)),
                *(
                    count(sum(numbers))
                    for numbers in zip(
                        *((d.rows, d.broken, d.repeated, d.late) for d in each), strict=True
                    )
                ),
                folder,
            )
            for folder, each in feeds.items()
        ),
    )
