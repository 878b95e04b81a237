"""The feed `songs`: one reference drop at the start."""

import json
from collections.abc import Iterator
from pathlib import Path

from ingest.simulate.catalogue import songs_of
from ingest.simulate.plan import SimulationPlan
from ingest.simulate.writing import Drop, write_lines


def write(folder: Path, plan: SimulationPlan) -> Iterator[Drop]:
    """Write the songs of the catalogue as the million song data set has them, one a line."""
    songs = songs_of(plan)
    songs = songs[songs["is_catalogued"]].drop(columns="is_catalogued").assign(num_songs=1)
    path = folder / "songs" / f"songs_{plan.start:%Y%m%d}.json"
    yield write_lines(path, json.loads(songs.to_json(orient="records")), day=plan.start)
