"""The command `audience-vault demo`."""

import typer
from rich.console import Console

from ingest.commands.loads import show_load
from ingest.console import make_console, table
from ingest.loading.loader import load
from ingest.settings import PROJECT_DIR, Settings
from orchestration.commands.build import build_with_progress
from orchestration.demo import (
    AVERAGE_VIEWING,
    PLAN,
    RECONCILIATION,
    TOP_CHANNELS,
    TOP_PROGRAMMES,
    look,
    refuse_other_drops,
    settings_of,
    simulate_drops,
)
from orchestration.publishing import PublishedMarts, publish


def demo_command() -> None:
    """Simulate a panel's week, load, build, test, publish, and show what came out."""
    settings = settings_of(Settings.from_environment())
    console = make_console()
    refuse_other_drops(settings)
    _heading(console, f"1 of 4  Simulate {PLAN.days} days of {PLAN.boxes} households")
    folder = simulate_drops(settings)
    console.print(f"Drops are in {_shown(str(folder))}", markup=False)
    _heading(console, "2 of 4  Load")
    loaded = show_load(console, lambda show: load(folder, settings, on_progress=show))
    _heading(console, "3 of 4  Build and test")
    built = build_with_progress(settings, console)
    if loaded.failed or not built.succeeded:
        raise typer.Exit(1)
    _heading(console, "4 of 4  Publish")
    published = publish(settings)
    console.print(f"Published {_shown(published.name)}", markup=False)
    _show_marts(console, published)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n{text}", style="bold", markup=False)


def _show_marts(console: Console, published: PublishedMarts) -> None:
    day = PLAN.dates[-1]
    tables = [
        table(
            f"Top ten channels of {day}",
            ["#rank", "channel", "#viewers", "#audience", "#rating %", "#share %", "#reach %"],
            look(published, TOP_CHANNELS, ["", "", "", ",.0f", ".2f", ".1f", ".1f"], day),
        ),
        table(
            f"Top five programmes of {day}, with what was played back",
            ["programme", "channel", "start", "#audience", "#rating %", "#peak"],
            look(published, TOP_PROGRAMMES, ["", "", "%H:%M", ",.0f", ".2f", ",.0f"], day),
        ),
        table(
            "Average viewing per day",
            [
                "date",
                "#viewers",
                "#weighted",
                "#universe",
                "#minutes per viewer",
                "#minutes per person",
            ],
            look(published, AVERAGE_VIEWING, ["", "", ",.0f", ",.0f", ".1f", ".1f"]),
        ),
        table(
            "Every row accounted for",
            ["feed", "#drops", "#rows", "#quarantined", "#unexplained rows"],
            look(published, RECONCILIATION, ["", "", ",", "", ""]),
        ),
    ]
    console.print()
    for each in tables:
        console.print(each)
    console.print(
        "Where to look next\n"
        f"  the marts, as any BI tool sees them   {_shown(published.name)}\n"
        "  what was loaded                       .venv/bin/audience-vault status\n"
        "  the whole graph in Dagster            make dev\n"
        "  a five-minute tour                    README.md",
        markup=False,
    )


def _shown(place: str) -> str:
    """A path relative to the project where it is below it."""
    return place.removeprefix(f"{PROJECT_DIR}/")
