"""The demo: simulated drops through every layer, and a look at the published marts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ingest.errors import UsageError
from ingest.ledger.tables import LOADS
from ingest.settings import Settings
from ingest.simulate import SimulationPlan, simulate
from ingest.sql import identifier
from ingest.warehouses import open_for_reading
from orchestration.publishing import PublishedMarts

PLAN = SimulationPlan(days=7, boxes=200, seed=1, start=date(2024, 1, 1), panel_share=1)
FEEDS = ("channels", "programmes", "schedule", "viewer_profiles", "tv_sessions")
"""Those of a panel: beside its members, boxes would be viewers too, of weight 1 each."""

KEY = "the demo's people are made up"
"""Pseudonyms of simulated people need no secret."""
ANOTHER_WAREHOUSE = {
    "duckdb": "AUDIENCE_VAULT_DUCKDB=warehouse/demo.duckdb",
    "postgres": "AUDIENCE_VAULT_SCHEMA_PREFIX=demo_",
}
TOP_CHANNELS = """
    select
        rank_by_viewing, channel_name, viewers, average_audience, rating_pct, share_pct, reach_pct
    from {marts}.channel_ratings_daily
    where broadcast_date = $1::date and rank_by_viewing <= 10
    order by rank_by_viewing
"""
TOP_PROGRAMMES = """
    select programme_name, channel_name, started_at, average_audience, rating_pct, peak_audience
    from {marts}.programme_ratings
    where broadcast_date = $1::date and consolidation = 'consolidated_7'
    order by average_audience desc, channel_id, started_at
    limit 5
"""
AVERAGE_VIEWING = """
    select
        broadcast_date, viewers, viewers_weighted, universe, average_seconds_per_viewer / 60,
        average_seconds_per_person / 60
    from {marts}.average_viewing_duration
    where target = 'all' and platform = 'tv' and device = 'all' and genre = 'all'
    order by broadcast_date
"""
RECONCILIATION = """
    select
        feed, count(*), sum(rows_in_file)::bigint, sum(rows_quarantined)::bigint,
        sum(unexplained_rows)::bigint
    from {marts}.reconciliation
    group by feed
    order by feed
"""


def settings_of(settings: Settings) -> Settings:
    """The demo's settings: with a key for pseudonyms, where none is set."""
    return replace(settings, pseudonym_key=settings.pseudonym_key or KEY)


def demo_folder(settings: Settings) -> Path:
    """Where the demo's drops are: beside the warehouse's file."""
    return settings.duckdb_path.with_name("demo_drops").resolve()


def refuse_other_drops(settings: Settings) -> None:
    """Raise UsageError if the warehouse holds anything but the demo's own drops."""
    warehouse = open_for_reading(settings)
    if warehouse is None:
        return
    with warehouse:
        found = warehouse.query(
            f"""
            select url from {warehouse.table(LOADS)}
            where not starts_with(url, $1::varchar) limit 1
            """,
            [f"{demo_folder(settings).as_uri()}/"],
        )
    if found:
        url = found[0][0]
        raise UsageError(
            f"the warehouse holds drops of your own ({url}), and simulated ones are not put among "
            f"them; run {ANOTHER_WAREHOUSE[settings.target]} make demo"
        )


def simulate_drops(settings: Settings) -> Path:
    """The folder with the demo's drops, written if it isn't there.

    They are written once: written again, they would be new files to the ledger.
    """
    folder = demo_folder(settings)
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.new")
        simulate(unfinished, PLAN, feeds=FEEDS)
        unfinished.rename(folder)
    return folder


def look(
    published: PublishedMarts, query: str, formats: Sequence[str], *parameters: object
) -> list[list[object]]:
    """Rows of the published marts, numbers as their columns' formats say."""
    rows = published.query(query.format(marts=identifier(published.schema)), parameters)
    return [
        [format(value, form) if form else value for value, form in zip(row, formats, strict=True)]
        for row in rows
    ]
