"""Every feed's drops in one go, and how a drop gets its name only when it is complete."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event, Lock

from ingest.simulate import (
    campaign_spend,
    channels,
    listen_events,
    programmes,
    schedule,
    songs,
    stb_events,
    titles,
    tv_sessions,
    viewer_profiles,
    web_events,
)
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.viewing import blocks_of
from ingest.simulate.writing import Drop

MARKET_FEEDS = {
    "channels": channels.write,
    "programmes": programmes.write,
    "schedule": schedule.write,
    "viewer_profiles": viewer_profiles.write,
    "titles": titles.write,
    "campaign_spend": campaign_spend.write,
    "songs": songs.write,
}
"""By feed, what writes its drops for the whole market."""
BOX_FEEDS = {
    "stb_events": stb_events.write,
    "tv_sessions": tv_sessions.write,
    "web_events": web_events.write,
    "listen_events": listen_events.write,
}
"""By feed, what writes its drops for a block of boxes."""
FEEDS = (*MARKET_FEEDS, *BOX_FEEDS)
WORKERS = 2

Write = Callable[[], Iterator[Drop]]


def simulate(
    folder: Path,
    plan: SimulationPlan,
    on_drop: Callable[[Drop], None] | None = None,
    *,
    feeds: Collection[str] = FEEDS,
    workers: int = WORKERS,
) -> list[Drop]:
    """Write the plan's drops into one folder per feed; return them by feed, block and date.

    `on_drop` is told of each drop when it is complete, in any order. Drops of the same name are
    replaced, other files are left alone. A date without a single row has no drop. Neither `workers`
    nor which `feeds` are written change what is in a drop.
    """
    told, is_over = Lock(), Event()

    def drops_of(write: Write) -> list[Drop]:
        drops = []
        for drop in write():
            drops.append(drop)
            if on_drop is not None:
                with told:
                    on_drop(drop)
            if is_over.is_set():
                break
        return drops

    with ThreadPoolExecutor(workers) as pool:
        try:
            return [
                drop for drops in pool.map(drops_of, _writes(folder, plan, feeds)) for drop in drops
            ]
        finally:
            is_over.set()  # where one can't write, or is interrupted, the others needn't go on


def _writes(folder: Path, plan: SimulationPlan, feeds: Collection[str]) -> Iterator[Write]:
    """What can be done side by side. Drops of a date have numbers where blocks have one each."""
    for feed, write in MARKET_FEEDS.items():
        if feed in feeds:
            yield partial(write, folder, plan)
    blocks = blocks_of(plan)
    for feed, write_block in BOX_FEEDS.items():
        for boxes in blocks if feed in feeds else []:
            part = f"_{boxes.number + 1:03}" if len(blocks) > 1 else ""
            yield partial(write_block, folder, plan, boxes, part)
