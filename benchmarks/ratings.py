"""The ratings path beside one bare statement: `make bench NAME=ratings`."""

import sys
from typing import Annotated

import typer

from benchmarks.building import Options, run_builds
from benchmarks.market import Subject

SIZES = (1_000_000, 10_000_000, 100_000_000)
SUBJECT = Subject(
    name="ratings",
    mart="channel_ratings_daily",
    feed="stb_events",
    events_per_box=53,
    rows="""
        select * replace (timezone('UTC', indextime) as indextime)
        from read_json(
            {drop},
            format = 'newline_delimited',
            columns = {{
                mac: 'varchar', eventdate: 'date', eventtime: 'time', chname: 'varchar',
                program_id: 'varchar', geo_location: 'varchar', code: 'varchar', sat: 'varchar',
                ts: 'decimal(20,7)', indextime: 'timestamptz'
            }}
        )
    """,
)


def main(
    rows: Annotated[int | None, typer.Option(help="Events, about; else 1, 10 and 100 M.")] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Build the ratings of simulated markets; exit with 1 where a target isn't met."""
    sys.exit(not run_builds(SUBJECT, SIZES, Options(rows, repeats, only)))


if __name__ == "__main__":
    typer.run(main)
