"""On PostgreSQL a build of a day reads big tables by index, and keeps statistics up to date."""

from dataclasses import replace

import pytest

from tests.conftest import NewWarehouse
from tests.postgres import with_option
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY, SECOND_DAY
from .test_satellites import deliver

BIG_TABLES = (
    "programmes",
    "sat_programme_details",
    "stb_events",
    "link_stb_event",
    "viewing_interval",
    "viewing_minutes",
    "channel_viewing_daily",
    "viewing_duration_daily",
)


@pytest.fixture
def engine() -> str:
    return "postgres"


def whole_reads(warehouse: Warehouse) -> dict[str, int]:
    """How often each big table was read from end to end, by every session so far."""
    return dict(
        warehouse.execute(
            f"select relname, seq_scan from pg_stat_user_tables where relname in {BIG_TABLES}"
        )
    )


@pytest.mark.slow
def test_a_day_is_built_without_reading_the_history(
    new_warehouse: NewWarehouse,
) -> None:
    """Tables of a test are small enough to be read whole; so that is made to look dear."""
    warehouse = new_warehouse()
    warehouse.load("1", FIRST_DAY)
    deliver(warehouse, "1", 1, {"1": "A", "2": "B"})
    warehouse.run()
    before = whole_reads(warehouse)
    assert len(before) == len(BIG_TABLES)
    dsn = with_option(warehouse.settings.postgres_dsn, "options", "-c%20enable_seqscan%3Doff")
    warehouse.settings = replace(warehouse.settings, postgres_dsn=dsn)
    warehouse.load("2", SECOND_DAY)
    deliver(warehouse, "2", 2, {"1": "B"})
    warehouse.run()
    assert whole_reads(warehouse) == before
    assert (2,) in warehouse.execute(
        "select count(distinct broadcast_date) from marts.channel_ratings_daily"
    )


def test_what_a_build_wrote_is_known_to_the_next_plan(
    new_warehouse: NewWarehouse,
) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    known = (
        "select most_common_vals::text::date[] from pg_stats"
        " where tablename = 'viewing_minutes' and attname = 'broadcast_date'"
    )
    dates = "select array_agg(distinct broadcast_date) from vault.viewing_minutes"
    assert warehouse.execute(known) == warehouse.execute(dates)
    warehouse.load("2", SECOND_DAY)
    warehouse.run()
    assert sorted(warehouse.execute(known)[0][0]) == sorted(warehouse.execute(dates)[0][0])
    assert len(warehouse.execute(known)[0][0]) == 2
