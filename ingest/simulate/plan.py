"""What to simulate."""

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

DAY_SECONDS = 86_400
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
LONGEST_SPAN_DAYS = 3_660
MOST_BAD = 0.9


@dataclass(frozen=True)
class SimulationPlan:
    """The size, the period and the flaws of a simulation. Shares lie between 0 and 1.

    The same plan gives the same bytes. Random numbers are drawn per seed, date and purpose, so the
    drops of the first days do not depend on `days`, and `bad_share` adds rows without changing the
    good ones.
    """

    days: int = 7
    """Number of dates, each with drops of its own."""
    boxes: int = 200
    """Number of set-top boxes in the market."""
    seed: int = 1
    """Any number from 0 on."""
    start: date = date(2024, 1, 1)
    """First date, in UTC."""
    channels: int = 120
    """Number of channels, 5 to 480."""
    sessions_per_day: float = 4.0
    """Mean number of times that a box is switched on per day; boxes differ."""
    late_share: float = 0.01
    """Share of rows first delivered in the drop of one to three days after their date. What would
    come after the last day is not delivered."""
    duplicate_share: float = 0.01
    """Share of rows delivered a second time, most in the same drop, some in the next day's."""
    silent_share: float = 0.05
    """Share of sessions in which the box falls silent: no stand-by event, heartbeats cease."""
    panel_share: float = 0.25
    """Share of boxes whose household is in the panel."""
    overlap_share: float = 0.01
    """Share of the panel's sessions that are said to last longer than they did, into the next."""
    correction_share: float = 0.005
    """Share of scheduled programmes that are announced wrongly and corrected later."""
    bad_share: float = 0.0
    """Share of a drop's rows that its contract rejects, added to the good ones; at most 0.9."""

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field, for a plan that can't be carried out."""
        limits: dict[str, tuple[float, float]] = {
            "days": (1, LONGEST_SPAN_DAYS),
            "boxes": (1, 10_000_000),
            "seed": (0, float("inf")),
            "channels": (5, 480),
            "sessions_per_day": (0.1, 20),
            "late_share": (0, 1),
            "duplicate_share": (0, 1),
            "silent_share": (0, 1),
            "panel_share": (0, 1),
            "overlap_share": (0, 1),
            "correction_share": (0, 1),
            "bad_share": (0, MOST_BAD),
        }
        for field in fields(self):
            low, high = limits.get(field.name, (0, 0))
            if field.name in limits and not low <= getattr(self, field.name) <= high:
                raise ValueError(
                    f"{field.name} is {getattr(self, field.name)}; it must be {low} to {high}"
                )
        if not date(2000, 1, 3) <= self.start <= date(2089, 12, 31):
            raise ValueError(f"start is {self.start}; it must be 2000-01-03 to 2089-12-31")

    @property
    def dates(self) -> list[date]:
        """The dates simulated, in order."""
        return [self.start + timedelta(days=day) for day in range(self.days)]

    def random(self, purpose: str, *keys: int) -> np.random.Generator:
        """Random numbers of their own for a purpose and keys (a date, a block of boxes)."""
        return np.random.default_rng([self.seed, *keys, *purpose.encode()])


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL
