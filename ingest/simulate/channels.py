"""The feed `channels`: one reference drop at the start."""

from collections.abc import Iterator
from pathlib import Path

from ingest.simulate.market import market_of
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.writing import Drop, write_delimited


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write every channel of the market, as its usual spelling, with its broadcaster and genre."""
    market = market_of(plan)
    yield write_delimited(
        folder / "channels" / f"channels_{plan.start:%Y%m%d}.csv",
        ("channel", "name", "broadcaster", "genre"),
        zip(market.names, market.names, market.broadcasters, market.genres, strict=True),
    )
