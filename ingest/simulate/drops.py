"""Every feed's drops in one go, and how a drop gets its name only when it is complete."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.simulate import channels, programmes, stb_events
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.writing import Drop

FEEDS: tuple[Callable[[Path, SimulationPlan], Iterator[Drop]], ...] = (
    channels.write,
    programmes.write,
    stb_events.write,
)
"""One module per feed; each writes its drops below the folder and yields them as they are done."""


def simulate(
    folder: Path, plan: SimulationPlan, on_drop: Callable[[Drop], None] | None = None
) -> list[Path]:
    """Write the plan's drops into one folder per feed and return their paths in order of writing.

    `on_drop` is told of each drop when it is complete. Drops of the same name are replaced, other
    files are left alone. A date without a single event has no drop.
    """
    paths = []
    for write in FEEDS:
        for drop in write(folder, plan):
            paths.append(drop.path)
            if on_drop is not None:
                on_drop(drop)
    return paths
