"""The feed `campaign_spend`: what each date cost, told the day after, then restated."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ingest.simulate.catalogue import DAILY_BUDGETS
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number
from ingest.simulate.writing import Drop, write_delimited

RESTATED_AFTER_DAYS = 3
CURRENCY = "USD"
TOLD_AT_SECONDS = 5 * 3_600


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write a drop per date: what the day before cost, and what is known of an earlier one now."""
    for day in plan.dates:
        spent = [(day - timedelta(days=1), 1.0), (day - timedelta(days=RESTATED_AFTER_DAYS), 0.97)]
        yield write_delimited(
            folder / "campaign_spend" / f"campaign_spend_{day:%Y%m%d}.csv",
            ("spend_date", "campaign", "amount", "currency"),
            [
                (on, campaign, f"{_spend(plan, on, budget) * share:.2f}", CURRENCY)
                for on, share in spent
                if on >= plan.start - timedelta(days=1)
                for campaign, budget in DAILY_BUDGETS.items()
            ],
            stored_at=day_number(day) * DAY_SECONDS + TOLD_AT_SECONDS,
        )


def _spend(plan: SimulationPlan, day: date, budget: float) -> float:
    """What a campaign of this budget cost on a date; invalid clicks are taken off later."""
    return budget * plan.random("spend", day.toordinal(), round(budget)).uniform(0.8, 1.1)
