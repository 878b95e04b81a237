"""The feed `programmes`: one reference drop at the start."""

from collections.abc import Iterator
from pathlib import Path

from ingest.simulate.market import market_of
from ingest.simulate.plan import DAY_SECONDS, SimulationPlan, day_number
from ingest.simulate.writing import Drop, write_delimited


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write every programme of the schedule; tabs and CRLF, as the platform delivers it."""
    yield write_delimited(
        folder / "programmes" / f"programmes_{plan.start:%Y%m%d}.tsv",
        ("program_id", "program_name", "genre"),
        market_of(plan).programmes,
        delimiter="\t",
        lineterminator="\r\n",
        stored_at=day_number(plan.start) * DAY_SECONDS,
    )
