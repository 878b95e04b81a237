"""What the loader finds in simulated drops of every feed is what simulate says that it wrote."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest.loading.loader import load
from ingest.settings import Settings
from ingest.simulate import Drop, SimulationPlan, simulate

PLAN = SimulationPlan(
    days=6, boxes=300, late_share=0.05, duplicate_share=0.05, bad_share=0.04, panel_share=0.8
)
REPEATS_OF = {
    "stb_events": "mac, eventdate, eventtime, code, chname, program_id, sat",
    "tv_sessions": "session_id",
    "viewer_profiles": "viewer, valid_from",
    "schedule": '_load_id, channel, programme, "start"',
    "web_events": "event_id",
    "listen_events": "session_id, item_in_session",
}
"""What tells rows apart that aren't repeats, by feed."""
DATE_OF = {
    "stb_events": "eventdate",
    "tv_sessions": "started_at::date",
    "viewer_profiles": "valid_from",
    "web_events": "event_at::date",
    "listen_events": "epoch_ms(ts::bigint)::date",
}
BROKEN_COLUMNS = {
    "stb_events": {"mac", "eventtime", "code"},
    "tv_sessions": {"viewer", "channel", "started_at", "duration"},
    "viewer_profiles": {"viewer", "birth_year", "gender", "valid_from"},
    "schedule": {"channel", "start", "end"},
    "web_events": {"event_id", "event_at", "event_type", "player_state"},
    "listen_events": {"ts", "session_id", "page", "length"},
}
FEEDS = list(REPEATS_OF)


@dataclass
class Loaded:
    """Drops that were simulated, and the warehouse they were loaded into."""

    drops: list[Drop]
    engine: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple]:
        return self.engine.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        return self.rows(sql)[0][0]

    def of(self, feed: str) -> list[Drop]:
        return [drop for drop in self.drops if drop.feed == feed]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("simulated")
    drops = simulate(folder / "drops", PLAN)
    path = folder / "warehouse.duckdb"
    key = "a key that only tests have"
    settings = Settings("duckdb", path, "", settle_seconds=0, pseudonym_key=key)
    report = load(folder / "drops", settings)
    assert not report.failed, report.failed
    with duckdb.connect(settings.duckdb_path, read_only=True) as engine:
        yield Loaded(drops, engine)


def test_every_drop_has_the_rows_and_the_broken_ones_that_simulate_says(loaded):
    found = {
        url.rsplit("/", 1)[1]: (rows, quarantined)
        for url, rows, quarantined in loaded.rows(
            "select url, rows_read, rows_quarantined from raw.loads where state = 'loaded'"
        )
    }
    assert found == {drop.path.name: (drop.rows, drop.broken) for drop in loaded.drops}
    assert set(Counter(drop.feed for drop in loaded.drops)) >= set(FEEDS)


@pytest.mark.parametrize("feed", FEEDS)
def test_rows_are_broken_in_every_way(loaded, feed):
    columns = loaded.rows(f"select distinct column_name from raw.quarantine where feed = '{feed}'")
    assert {name for (name,) in columns} == BROKEN_COLUMNS[feed]


@pytest.mark.parametrize("feed", FEEDS)
def test_as_many_rows_are_repeats_as_simulate_says(loaded, feed):
    repeats = loaded.number(f"""
        select count(*) - (select count(*) from (
            select distinct {REPEATS_OF[feed]} from raw.{feed}
        )) from raw.{feed}
    """)
    assert repeats == sum(drop.repeated for drop in loaded.of(feed)) > 0


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed in DATE_OF])
def test_as_many_rows_are_late_as_simulate_says(loaded, feed):
    late = loaded.number(f"""
        select count(*) from (
            select
                {DATE_OF[feed]} as day,
                min(strptime(regexp_extract(_file, '([0-9]{{8}})[^/]*$', 1), '%Y%m%d')) as told
            from raw.{feed}
            group by day, {REPEATS_OF[feed]}
        )
        where told > day and day >= date '{PLAN.start}'
    """)
    assert late == sum(drop.late for drop in loaded.of(feed)) > 0
