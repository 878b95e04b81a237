"""The feed `channels`: all of them at the start, and again each week, with one sold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ingest.simulate.market import BROADCASTERS, market_of
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number
from ingest.simulate.writing import Drop, write_delimited

DELIVERED_EVERY_DAYS = 7


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write every channel of the market, as its usual spelling, with its broadcaster and genre.

    From the second drop on, one channel a week has been sold.
    """
    market = market_of(plan)
    broadcasters = list(market.broadcasters)
    for day in plan.dates[::DELIVERED_EVERY_DAYS]:
        if day > plan.start:
            sold, buyer = _sale(plan, day)
            broadcasters[sold] = f"{buyer} Media"
        yield write_delimited(
            folder / "channels" / f"channels_{day:%Y%m%d}.csv",
            ("channel", "name", "broadcaster", "genre"),
            zip(market.names, market.names, broadcasters, market.genres, strict=True),
            stored_at=day_number(day) * DAY_SECONDS,
        )


def _sale(plan: SimulationPlan, day: date) -> tuple[int, str]:
    """Which channel of the first five changes hands, and who buys it."""
    random = plan.random("sale", day.toordinal())
    return int(random.integers(0, 5)), str(random.choice(BROADCASTERS))
