"""Whatever the order, grouping, repetition or interruption: the marts of a build from scratch."""

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NewWarehouse
from tests.engines import ON_BOTH, ON_BOTH_SLOWLY
from tests.warehouse import Warehouse

from .events import at, evening, event, rows
from .rating_marts import found_rating_marts, rating_marts
from .reference import channel_ratings
from .site import deliver_site, deliver_songs

COLUMNS = "viewing_seconds, viewers, reach_1min, reach_5min, credited_minutes, minute_viewers"


def assert_equal_marts(one: Warehouse, other: Warehouse) -> None:
    for (mart, expected), found in zip(one.marts().items(), other.marts().values(), strict=True):
        assert found == expected, mart


def check_any_delivery(
    new_warehouse: NewWarehouse, events: list[dict], deliveries: list[list[int]]
) -> None:
    """A build after each drop gives what plain Python and a build from scratch give."""
    in_parts = new_warehouse()
    for number, chosen in enumerate(deliveries):
        in_parts.load(str(number), [events[index] for index in chosen])
        in_parts.run()
    in_parts.run()
    scratch = new_warehouse().build_from_scratch({"all": events})
    for mart, expected in scratch.marts().items():
        if mart != "reconciliation":
            assert in_parts.marts()[mart] == expected, mart
    assert all(row[-1] == 0 for row in in_parts.marts()["reconciliation"])
    found = in_parts.execute(
        f"select broadcast_date, channel_id, {COLUMNS} from marts.channel_ratings_daily"
    )
    assert {
        row[:2]: dict(zip(COLUMNS.split(", "), row[2:], strict=True)) for row in found
    } == channel_ratings(events)
    with in_parts.connected() as execute:
        assert found_rating_marts(execute) == rating_marts(events)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[dict], list[list[int]]]:
    """Events, and drops that together hold each of them, in any order and with repeats."""
    events = draw(st.lists(rows, min_size=4, max_size=40))
    drops = draw(st.integers(1, 3))
    places = draw(st.lists(st.integers(0, drops - 1), min_size=len(events), max_size=len(events)))
    repeats = draw(
        st.lists(st.tuples(st.integers(0, drops - 1), st.integers(0, len(events) - 1)), max_size=5)
    )
    order = draw(st.permutations(range(len(events))))
    grouped = [[index for index in order if places[index] == drop] for drop in range(drops)]
    for drop, index in repeats:
        grouped[drop].append(index)
    return events, [drop for drop in grouped if drop]


DELIVERIES = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@ON_BOTH_SLOWLY
@settings(max_examples=1, **DELIVERIES)
@given(deliveries())
def test_any_delivery_gives_the_same_marts(new_warehouse: NewWarehouse, delivery: tuple) -> None:
    check_any_delivery(new_warehouse, *delivery)


@pytest.mark.slow
@settings(max_examples=3, **DELIVERIES)
@given(deliveries())
def test_any_of_many_deliveries_gives_the_same_marts(
    new_warehouse: NewWarehouse, delivery: tuple
) -> None:
    check_any_delivery(new_warehouse, *delivery)


FIRST_DAY = evening(
    "box1", at("2024-01-01 19:00:00"), at("2024-01-01 21:00:00"), "Alpha"
) + evening("box2", at("2024-01-01 20:00:00"), at("2024-01-01 23:57:00"), "Beta")
SECOND_DAY = evening(
    "box1", at("2024-01-02 19:00:00"), at("2024-01-02 20:00:00"), "Beta"
) + evening("box3", at("2024-01-01 23:50:00"), at("2024-01-02 00:20:00"), "Alpha")


@pytest.mark.slow
@ON_BOTH
def test_a_second_build_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.load("1", FIRST_DAY)
    deliver_site(warehouse)
    deliver_songs(warehouse)
    warehouse.run()
    tables = [
        name
        for (name,) in warehouse.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('vault', 'marts')"
            " and table_name not in ('builds', 'build_fingerprints')"
        )
    ]
    before = {
        table: sorted(map(str, warehouse.execute(f"select * from {table}"))) for table in tables
    }
    warehouse.run()
    assert {
        table: sorted(map(str, warehouse.execute(f"select * from {table}"))) for table in tables
    } == before


@pytest.mark.slow
@ON_BOTH
def test_a_date_whose_rows_all_vanish_is_cleared(new_warehouse: NewWarehouse) -> None:
    silent = [event("box1", at("2024-01-01 23:55:00"), "ELWS", "Alpha")]
    off = [event("box1", at("2024-01-01 23:58:00"), "SSTAND")]
    warehouse = new_warehouse({"1": silent})
    assert warehouse.execute(
        "select count(distinct broadcast_date) from vault.viewing_interval"
    ) == [(2,)]
    warehouse.load("2", off)
    warehouse.run()
    assert warehouse.execute(
        "select count(distinct broadcast_date) from vault.viewing_interval"
    ) == [(1,)]
    assert_equal_marts(warehouse, new_warehouse({"1": silent, "2": off}))


@pytest.mark.slow
@ON_BOTH
def test_a_failed_model_is_made_good_by_the_next_build(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)
    warehouse.execute("alter table vault.viewing_minutes add column stray integer")
    assert not warehouse.dbt("run")
    warehouse.execute("alter table vault.viewing_minutes drop column stray")
    warehouse.run()
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "part"),
    [
        ("duckdb", "staging"),
        ("duckdb", "link_stb_event"),
        ("duckdb", "viewing_interval"),
        ("duckdb", "affected_dates"),
        ("duckdb", "+viewing_interval"),
        ("duckdb", "marts"),
        ("postgres", "viewing_interval"),
    ],
)
def test_a_build_of_a_part_skips_nothing_later(new_warehouse: NewWarehouse, part: str) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)
    warehouse.run("--select", part)
    warehouse.run()
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY}))


@pytest.mark.slow
@ON_BOTH
def test_commands_beside_a_build_do_not_move_it(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse()
    warehouse.load("1", FIRST_DAY)
    build = {"AUDIENCE_VAULT_BUILD_ID": "one build's"}
    warehouse.run("--select", "staging", "vault", **build)
    warehouse.load("2", SECOND_DAY)
    warehouse.dbt("test", "--select", "staging")
    warehouse.dbt("compile")
    warehouse.run("--select", "marts", **build)
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY}))
    warehouse.run()
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY}))


@ON_BOTH_SLOWLY
@pytest.mark.parametrize(
    "table",
    [
        "vault.link_stb_event",
        pytest.param("vault.viewer_activity", marks=pytest.mark.slow),
        pytest.param("vault.viewing_interval", marks=pytest.mark.slow),
    ],
)
def test_a_dropped_table_is_made_again(new_warehouse: NewWarehouse, table: str) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY, "2": SECOND_DAY})
    before = warehouse.marts()
    warehouse.execute(f"drop table {table} cascade")
    warehouse.run()
    assert warehouse.marts() == before


@pytest.mark.slow
@ON_BOTH
def test_a_failed_test_is_not_forgotten(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    warehouse.load("2", SECOND_DAY)
    warehouse.run()
    before = warehouse.marts()
    warehouse.execute(
        "insert into vault.link_stb_event select * from vault.link_stb_event limit 1;"
        "update vault.progress set as_of_load = 1"
    )
    test = "unique_link_stb_event_event_hk"
    build = ("build", "--indirect-selection", "empty", "--select", "resource_type:model", test)
    assert not warehouse.dbt(*build)
    assert warehouse.dbt(*build), warehouse.last
    assert warehouse.marts() == before


@pytest.mark.parametrize(
    "setting",
    [
        "minute_attribution: lats",
        *(
            pytest.param(setting, marks=pytest.mark.slow)
            for setting in (
                "broadcast_day_start: 6:00",
                "broadcast_day_start: '05:00:30'",
                "reach_minutes: 0",
                "liveness_hold_seconds: 0",
                "market_timezone: Europe/Berln",
                "overlap_rule: household",
                "liveness_hold_secs: 5",
            )
        ),
    ],
)
def test_a_wrong_setting_is_refused(warehouse: Warehouse, setting: str) -> None:
    warehouse.load("1", FIRST_DAY)
    warehouse.manifest = None
    assert not warehouse.dbt("run", "--vars", f"{{{setting}}}")
    name = setting.partition(":")[0]
    assert name in str(warehouse.last.exception or warehouse.last.result.results)


@pytest.mark.slow
@ON_BOTH
def test_an_empty_run_is_refused_and_loses_nothing(new_warehouse: NewWarehouse) -> None:
    warehouse = new_warehouse({"1": FIRST_DAY})
    assert not warehouse.dbt("run", "--empty")
    warehouse.run()
    assert_equal_marts(warehouse, new_warehouse({"1": FIRST_DAY}))


@pytest.mark.slow
@ON_BOTH
def test_a_changed_setting_rebuilds_what_depends_on_it(new_warehouse: NewWarehouse) -> None:
    setting = (
        "--vars",
        "{liveness_hold_seconds: 60, broadcast_day_start: '20:30', minute_attribution: longest}",
    )
    warehouse = new_warehouse({"1": FIRST_DAY})
    plain = warehouse.marts()
    warehouse.manifest = None
    warehouse.load("2", SECOND_DAY)
    warehouse.run(*setting)

    def unparsed() -> Warehouse:
        other = new_warehouse()
        other.manifest = None
        return other

    scratch = unparsed().build_from_scratch({"1": FIRST_DAY, "2": SECOND_DAY}, *setting)
    assert_equal_marts(warehouse, scratch)
    assert warehouse.marts() != plain


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "orders"),
    [("duckdb", list(itertools.permutations(range(3)))), ("postgres", [(2, 0, 1)])],
    ids=["duckdb", "postgres"],
)
def test_the_real_drops_in_every_order(
    new_warehouse: NewWarehouse, real_drops: Path, orders: list[tuple[int, ...]]
) -> None:
    files = sorted((real_drops / "stb_events").glob("events_*.json"))
    scratch = new_warehouse()
    for file in files:
        scratch.load_file(file)
    scratch.run()
    for order in orders:
        in_order = new_warehouse()
        for index in order:
            in_order.load_file(files[index])
            in_order.run()
        for mart, expected in scratch.marts().items():
            if mart != "reconciliation":
                assert in_order.marts()[mart] == expected, (order, mart)
        assert [row[:3] + row[-1:] for row in in_order.marts()["reconciliation"]] == [
            ("stb_events", 4316, 4316, 0)
        ]
