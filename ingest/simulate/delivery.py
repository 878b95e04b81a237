"""How rows get into drops: most on their own date, some late, some twice, some broken."""

from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd

from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number

LATE_DAYS, LATE_DAYS_SHARES = (1, 2, 3), (0.7, 0.2, 0.1)
REPEATED_NEXT_DAY_SHARE = 0.2
SECONDS_TO_EXPORT = 30


class Delivery:
    """Rows of one feed and block of boxes that are on their way."""

    def __init__(self, plan: SimulationPlan, feed: str, block: int = 0) -> None:
        """Random numbers are the feed's and the block's own."""
        self._plan = plan
        self._feed = feed
        self._block = block
        self._waiting: dict[int, list[pd.DataFrame]] = defaultdict(list)

    def send(self, rows: pd.DataFrame, day: date, late_share: float | None = None) -> None:
        """Put up rows of a date, or of the one after it, for delivery; earlier ones than the plan's
        first date are left out.

        `at` says in epoch seconds when a row came to be. They get `received_ms` (epoch
        milliseconds of the first arrival), `arrived_ms` (of this one), `is_late`, `is_repeat`.
        """
        plan, size = self._plan, len(rows)
        random = plan.random(f"{self._feed} delivery", day.toordinal(), self._block)
        at = rows["at"].to_numpy()
        is_late = random.random(size) < (plan.late_share if late_share is None else late_share)
        days_late = random.choice(LATE_DAYS, size, p=LATE_DAYS_SHARES)
        drop_day = at // DAY_SECONDS + np.where(is_late, days_late, 0)
        seconds_late = SECONDS_TO_EXPORT * 1_000 + random.exponential(60_000, size)
        received_ms = np.where(
            is_late,
            (drop_day * DAY_SECONDS + random.integers(0, DAY_SECONDS, size)) * 1_000,
            at * 1_000 + seconds_late.astype(np.int64),
        )
        rows = rows.assign(
            drop_day=drop_day,
            received_ms=received_ms,
            arrived_ms=received_ms,
            is_late=is_late,
        )
        rows = with_repeats(rows, plan, random)
        again = len(rows) - size
        rows.loc[size:, "drop_day"] += random.random(again) < REPEATED_NEXT_DAY_SHARE
        rows.loc[size:, "arrived_ms"] += random.exponential(600_000, again).astype(np.int64)
        rows = rows[rows["at"].to_numpy() // DAY_SECONDS >= day_number(plan.start)]
        for number, part in rows.groupby("drop_day"):
            self._waiting[int(number)].append(part)

    def due(self, day: date, faults: int) -> pd.DataFrame | None:
        """What is in the drop of a date, in order of arrival; None if nothing is.

        They have a `fault` as `with_broken` says, one of as many as there are.
        """
        parts = self._waiting.pop(day_number(day), [])
        if not parts:
            return None
        random = self._plan.random(f"{self._feed} faults", day.toordinal(), self._block)
        rows = with_broken(pd.concat(parts, ignore_index=True), faults, self._plan, random)
        return rows.sort_values("arrived_ms", kind="stable", ignore_index=True)


def with_repeats(
    rows: pd.DataFrame, plan: SimulationPlan, random: np.random.Generator
) -> pd.DataFrame:
    """The rows, and some of them once more; `is_repeat` tells which."""
    again = rows[random.random(len(rows)) < plan.duplicate_share]
    return pd.concat(
        [rows.assign(is_repeat=False), again.assign(is_repeat=True)], ignore_index=True
    )


def with_broken(
    rows: pd.DataFrame, faults: int, plan: SimulationPlan, random: np.random.Generator
) -> pd.DataFrame:
    """The rows, and after them copies to break; `fault` is 0 for a sound row, else which way.

    Never more than the plan's share, so that a contract that bears the share bears each drop.
    """
    sound = len(rows)
    broken = int(sound * plan.bad_share / (1 - plan.bad_share))
    copied = np.concatenate([np.arange(sound), random.integers(0, sound, broken)])
    fault = [np.zeros(sound, np.int8), random.integers(1, faults + 1, broken, np.int8)]
    return rows.iloc[copied].assign(fault=np.concatenate(fault))
