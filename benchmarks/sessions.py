"""The path of sessions beside one bare statement: `make bench NAME=sessions`."""

import sys
from typing import Annotated

import typer

from benchmarks.building import Options, run_builds
from benchmarks.market import Subject

SIZES = (1_000_000, 10_000_000, 50_000_000)
SUBJECT = Subject(
    name="sessions",
    mart="sessions",
    feed="web_events",
    events_per_box=32,
    rows="""
        select * replace (timezone('UTC', event_at) as event_at)
        from read_json(
            {drop},
            format = 'newline_delimited',
            columns = {{
                event_id: 'varchar', event_at: 'timestamptz', event_type: 'varchar',
                visitor_id: 'varchar', account_id: 'varchar', page_view_id: 'varchar',
                page: 'varchar', title_id: 'varchar', position_seconds: 'decimal(12,3)',
                length_seconds: 'decimal(12,3)', player_state: 'varchar', is_key_event: 'boolean',
                referrer: 'varchar', utm_source: 'varchar', utm_medium: 'varchar',
                utm_campaign: 'varchar', device: 'varchar', user_agent: 'varchar',
                country: 'varchar'
            }}
        )
    """,
)


def main(
    rows: Annotated[int | None, typer.Option(help="Events, about; else 1, 10 and 50 M.")] = None,
    repeats: Annotated[int, typer.Option(help="Runs of each, of which the best counts.")] = 3,
    only: Annotated[str, typer.Option(help="Part of the names of the cases to run.")] = "",
) -> None:
    """Build the sessions of simulated visits; exit with 1 where a target isn't met."""
    sys.exit(not run_builds(SUBJECT, SIZES, Options(rows, repeats, only)))


if __name__ == "__main__":
    typer.run(main)
