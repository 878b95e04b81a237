"""When reference data takes effect: by the store, by the names of drops, or row by row."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_feeds import FeedBench, feed, field, write_contracts

from ingest.loading.loader import load, plan
from ingest.loading.replay import Wanted, replay_drops
from ingest.loading.replay_quarantine import replay_quarantine
from ingest.warehouses import open_for_reading

COLUMNS = [field("key", primaryKey=True), field("name")]
N = field("n", "integer")
ON, AT = field("on", "date", required=True), field("at", "timestamp", required=True)
DAY = datetime(2024, 3, 1)  # noqa: DTZ001 - UTC, naive, as raw has it


def places(effective_at: str, *more: dict, path: str = "places_{yyyy}-{MM}-{dd}*") -> dict:
    """A feed of reference data, in the zone of Riyadh: UTC+3, all year."""
    settings = {"feedKind": "reference", "effectiveAt": effective_at, "timezone": "Asia/Riyadh"}
    return feed("places", *COLUMNS, *more, server={"path": path}, settings=settings)


def lines(*records: dict) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def said(name: str, key: str = "a", **more: object) -> dict:
    return {"key": key, "name": name, **more}


def look(bench: FeedBench, table: str, columns: str, order: str) -> list[tuple]:
    """Rows of a raw table, whatever the target is."""
    with open_for_reading(bench.settings) as warehouse:
        query = f"select {columns} from {warehouse.table(table)} order by {order}"
        return [tuple(row) for row in warehouse.query(query)]


def effect(bench: FeedBench) -> list[tuple]:
    """What raw says and from when, in the order of delivery."""
    return look(bench, "places", "name, _effective_at", "_load_id, _row")


def states(bench: FeedBench) -> list[str]:
    return [str(result.state) for result in bench.load_all().results]


@pytest.fixture
def by_name(on_either, tmp_path) -> FeedBench:
    return FeedBench.made(on_either, tmp_path, places("file_name"))


def midnight(day: int) -> datetime:
    """Midnight in Riyadh of a day of March 2024, in UTC."""
    return DAY + timedelta(days=day - 1, hours=-3)


def test_the_names_of_drops_say_when_they_take_effect(by_name):
    by_name.write("places_2024-03-02.json", lines(said("A")))
    by_name.write("deep/places_2024-03-01_2.json.gz", lines(said("B")))
    assert states(by_name) == ["loaded"] * 2
    assert effect(by_name) == [("B", midnight(1)), ("A", midnight(2))]
    assert look(by_name, "loads", "effective_at", "load_id") == [(midnight(1),), (midnight(2),)]


def test_what_is_in_effect_by_the_names_is_no_matter_of_arrival(by_name):
    """A of the 1st and B of the 5th: A of the 9th puts A back, A of the 3rd repeats."""
    for day, name in ((1, "A"), (5, "B"), (9, "A"), (3, "A")):
        by_name.write(f"places_2024-03-0{day}.json", lines(said(name)))
        by_name.load_all()
    ledger = look(by_name, "loads", "effective_at, state", "load_id")
    assert ledger == [
        (midnight(1), "loaded"), (midnight(5), "loaded"), (midnight(9), "loaded"),
        (midnight(3), "duplicate"),
    ]  # fmt: skip
    assert states(by_name) == ["unchanged"] * 4
    by_name.write("places_2024-03-02.json", lines(said("C")))
    assert states(by_name) == ["unchanged", "loaded", "loaded", "unchanged", "unchanged"]
    assert sorted(effect(by_name), key=lambda row: row[1]) == [
        ("A", midnight(1)), ("C", midnight(2)), ("A", midnight(3)), ("B", midnight(5)),
        ("A", midnight(9)),
    ]  # fmt: skip


def test_the_same_date_again_repeats_what_it_said_and_nothing_else(by_name):
    for number, name in enumerate("ABBA"):
        by_name.write(f"places_2024-03-01_{number}.json", lines(said(name)))
    assert states(by_name) == ["loaded", "loaded", "duplicate", "duplicate"]
    by_name.write("places_2024-03-02.json", lines(said("B")))
    assert states(by_name)[-1] == "loaded"


def test_each_row_says_when_it_takes_effect(on_either, tmp_path):
    """A date does so where it begins in the contract's zone, an instant is one."""
    for name, column, rows, expected in (
        ("on", ON, ["2024-03-02", "2024-03-01", "0001-01-01"],
         [midnight(2), midnight(1), datetime(1, 1, 1)]),  # noqa: DTZ001
        ("at", AT, ["2024-03-02T10:00:00Z", "2024-03-01T10:00:00", "2024-03-01T00:00:00-05:00"],
         [DAY.replace(day=2, hour=10), DAY.replace(hour=7), DAY.replace(hour=5)]),
    ):  # fmt: skip
        home = tmp_path / name
        settings = replace(on_either, schema_prefix=f"{on_either.schema_prefix}{name}_")
        bench = FeedBench.made(settings, home, places(f"column {name}", column))
        content = lines(*(said(str(n), **{name: text}) for n, text in enumerate(rows)))
        (result,) = load(bench.write("places_2030-01-01.json", content), bench.settings).results
        assert result.error is None
        assert effect(bench) == [(str(n), at) for n, at in enumerate(expected)]
        assert look(bench, "loads", "effective_at", "load_id") == [(None,)]


def test_rows_that_say_their_time_repeat_whenever_they_come(settings, tmp_path):
    """A says the same after B as before it: it puts nothing back."""
    bench = FeedBench.made(settings, tmp_path, places("column on", ON))
    a, b = (lines(said(name, on="2024-03-01")) for name in "AB")
    found = [bench.load(f"places_2024-03-0{n}.json", c).state for n, c in enumerate([a, b, a], 1)]
    assert found == ["loaded", "loaded", "duplicate"]
    moved = replace(bench, settings=replace(bench.settings, archive="done"))
    moved.load_all()
    assert len([*(bench.folder / "done").iterdir()]) == 3


def test_a_row_without_its_time_is_put_aside(settings, tmp_path):
    bench = FeedBench.made(settings, tmp_path, places("column on", ON))
    bench.load("places_2024-03-01.json", lines(said("A"), said("B", on="2024-03-32"), said("C")))
    assert bench.quarantined() == [(1, "on", "required"), (2, "on", "type"), (3, "on", "required")]


@pytest.mark.parametrize("form", ["store_time", "file_name", "column on"])
def test_a_replay_takes_effect_when_the_load_before_did(on_either, tmp_path, form):
    """From where it was archived, and from quarantine: neither tells any more."""
    path, high = "{yyyy}/{MM}/places_{dd}*", N | {"logicalTypeOptions": {"minimum": 5}}
    bench = FeedBench.made(on_either, tmp_path, places(form, ON, high, path=path))
    content = lines(said("A", n=7, on="2024-03-01"), said("B", n=1, on="2024-03-01"))
    bench.write("2024/03/places_01.json", content)
    settings = replace(bench.settings, archive="done")
    assert load(bench.folder, settings).results[0].rows_quarantined == 1
    (bench.folder / "done/2024/03/places_01.json").touch()
    write_contracts(bench.settings.project_dir, places(form, ON, N, path=path))
    assert replay_quarantine(bench.settings).results[0].rows_loaded == 1
    (again,) = replay_drops(Wanted(load_ids=(1,)), bench.settings).results
    assert (again.error, again.rows_loaded) == (None, 2)
    stored = datetime.fromtimestamp(bench.clock, UTC).replace(tzinfo=None)
    expected = stored if form == "store_time" else midnight(1)
    assert effect(bench) == [(name, expected) for name in "ABAB"]
    told = None if form == "column on" else expected
    assert look(bench, "loads", "effective_at", "load_id") == [(told,)] * 3


def test_a_drop_whose_name_has_no_date_fails_and_the_others_go_on(settings, tmp_path):
    bench = FeedBench.made(settings, tmp_path, places("file_name"))
    path = bench.write("odd.json", lines(said("A")))
    (failed,) = load(path, bench.settings, "places").results
    assert failed.error == (
        "nothing states when the drop takes effect; deliver it under a name that the path in its "
        "contract finds one date in"
    )
    shutil.move(path, bench.folder / "places_2024-03-01.json")
    assert states(bench) == ["loaded"]
    assert bench.unexplained_rows() == 0


def test_a_plan_says_when_drops_would_take_effect(settings, tmp_path):
    bench = FeedBench.made(settings, tmp_path, places("file_name"))
    bench.write("places_2024-03-02.json", lines(said("A")))
    bench.write("places_2024-03-01.json", lines(said("A")))
    new, _ = plan(bench.folder, bench.settings)
    assert [drop.effective_at for drop, _ in new] == [midnight(1), midnight(2)]


DELIVERIES = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.dictionaries(st.sampled_from("ab"), st.sampled_from("XY"), min_size=1),
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)
"""Of each, what some drops say: of which day they are, and each key's name."""


def holds(rows: list[tuple[int, str, str]]) -> dict[tuple[str, int], str]:
    """The name of a key that holds on a day: the last before, the greater of two at once."""
    return {
        (key, day): max((since, name) for since, k, name in rows if k == key and since <= day)[1]
        for key in "ab"
        for day in range(1, 7)
        if any(k == key and since <= day for since, k, _ in rows)
    }


@pytest.mark.parametrize("form", ["file_name", "column on"])
@given(DELIVERIES)
@example([[(1, {"a": "Y"}), (2, {"a": "Y"})], [(2, {"a": "X"})]])
@example([[(1, {"a": "Y"}), (2, {"a": "Y"}), (2, {"a": "X"})]])
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_what_holds_is_no_matter_of_the_order_of_delivery(settings, tmp_path, form, deliveries):
    """After each load, as if every row of every drop were in raw."""
    for path in (tmp_path / "drops", settings.duckdb_path.parent):
        shutil.rmtree(path, ignore_errors=True)
    by_row = form == "column on"
    bench = FeedBench.made(settings, tmp_path, places(form, *([ON] if by_row else [])))
    rows, number = [], 0
    for delivery in deliveries:
        for day, names in delivery:
            number += 1
            on = date(2024, 3, day).isoformat()
            more = {"on": on} if by_row else {}
            content = lines(*(said(name, key, **more) for key, name in sorted(names.items())))
            bench.write(f"places_{on}_{number}.json", content)
            rows += [(day, key, name) for key, name in names.items()]
        assert not bench.load_all().failed
        landed = look(bench, "places", "_effective_at, key, name", "_load_id") if rows else []
        assert holds(rows) == holds([((at - midnight(1)).days + 1, *of) for at, *of in landed])
