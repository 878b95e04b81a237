"""The feed `titles`: all of them at the start, and lengths that become known each week."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ingest.simulate.catalogue import titles_of
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.writing import Drop, write_lines

DELIVERED_EVERY_DAYS = 7
COMPLETED = 5
"""Videos whose missing length a later drop tells."""


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write every title, then each week those whose length has become known."""
    titles = titles_of(plan)
    told = titles.assign(
        length_seconds=(titles["length_ms"] / 1_000).where(titles["is_length_known"])
    )
    missing = titles[~titles["is_length_known"] & (titles["length_ms"] > 0)]
    for week, day in enumerate(plan.dates[::DELIVERED_EVERY_DAYS]):
        if week:
            told = missing[(week - 1) * COMPLETED : week * COMPLETED]
            told = told.assign(length_seconds=told["length_ms"] / 1_000)
        if len(told):
            path = folder / "titles" / f"titles_{day:%Y%m%d}.json"
            yield write_lines(path, _records(told), day=day)


def _records(titles: pd.DataFrame) -> list[dict]:
    columns = ["title_id", "title_name", "title_kind", "genre", "length_seconds"]
    return json.loads(titles[columns].to_json(orient="records"))
