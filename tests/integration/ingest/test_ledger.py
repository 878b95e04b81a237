"""What the ledger knows and keeps, the same on every target."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import duckdb
import pytest

from ingest.contracts import Contract, read_contracts
from ingest.errors import DropError, WarehouseError
from ingest.ledger import contents, history
from ingest.ledger.history import Counts, Entry, Ledger, State
from ingest.ledger.reports import failed_drops, feed_status
from ingest.settings import PROJECT_DIR
from ingest.stores import Drop
from ingest.warehouses import Warehouse, open_for_loading, open_for_reading

CONTRACTS = read_contracts(PROJECT_DIR / "contracts")
EVENTS, CHANNELS = CONTRACTS["stb_events"], CONTRACTS["channels"]
START = datetime.fromisoformat("2024-01-01T12:00:00")
TO_THE_MICROSECOND = datetime.fromisoformat("2024-01-02T03:04:05.678901")


def content(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def drop(name: str, minute: int = 0, version: str = "1", size_bytes: int = 10) -> Drop:
    at = START + timedelta(minutes=minute)
    return Drop(f"file:///drops/{name}", name, size_bytes, at, version, effective_at=at)


def entry(ledger: Ledger, state: State, hashed: str | None) -> Entry:
    counts = Counts(3, 2, 1) if state is State.LOADED else None
    error = "it can't be read" if state is State.FAILED else None
    return Entry(ledger.next_load_id(), state, 0.5, START, hashed, counts, error)


def record(
    ledger: Ledger, contract: Contract, listed: Drop, state: State, name: str | None = None
) -> None:
    with ledger.transaction():
        hashed = None if name is None else content(name)
        ledger.record(contract, listed, entry(ledger, state, hashed))


@pytest.fixture
def warehouse(on_either) -> Iterator[Warehouse]:
    with open_for_loading(on_either, CONTRACTS.values()) as opened:
        yield opened


def rows(warehouse: Warehouse, columns: str) -> list[tuple]:
    return warehouse.query(f"select {columns} from {warehouse.table('loads')} order by load_id")


def test_an_entry_is_kept_as_it_is(warehouse):
    listed = drop("events_1.json")
    ledger = Ledger(warehouse, [(listed, EVENTS)])
    with ledger.transaction():
        full = Entry(
            load_id=ledger.next_load_id(),
            state=State.LOADED,
            seconds=1.25,
            loaded_at=TO_THE_MICROSECOND,
            sha256=content("a"),
            counts=Counts(30, 20, 10),
            pseudonym_key_id="key 1",
            replays_load_id=7,
        )
        ledger.record(EVENTS, listed, full)
    ledger.record_archived({1: "file:///archive/events_1.json"})
    (row,) = warehouse.query(f"select * from {warehouse.table('loads')}")
    assert row == (
        1, "stb_events", listed.url, 10, START, START, "1", content("a"), EVENTS.version, 30, 20,
        10, 1.25, "loaded", None, None, TO_THE_MICROSECOND,
        "file:///archive/events_1.json", "key 1", 7,
    )  # fmt: skip


def test_drops_of_one_transaction_know_of_each_other(warehouse):
    first, second = drop("events_1.json"), drop("events_2.json")
    ledger = Ledger(warehouse, [(first, EVENTS), (second, EVENTS)])
    with ledger.transaction():
        assert not ledger.is_duplicate(EVENTS, first, content("a"))
        ledger.record(EVENTS, first, entry(ledger, State.LOADED, content("a")))
        assert ledger.is_duplicate(EVENTS, second, content("a"))
        ledger.record(EVENTS, second, entry(ledger, State.DUPLICATE, content("a")))
    assert rows(warehouse, "load_id, state") == [(1, "loaded"), (2, "duplicate")]


def test_what_is_rolled_back_is_not_known(warehouse):
    listed = drop("events_1.json")
    ledger = Ledger(warehouse, [(listed, EVENTS)])

    def fail() -> None:
        with ledger.transaction():
            ledger.record(EVENTS, listed, entry(ledger, State.LOADED, content("a")))
            raise DropError("pulled")

    with pytest.raises(DropError):
        fail()
    assert not ledger.is_duplicate(EVENTS, listed, content("a"))
    assert not ledger.is_known(EVENTS, listed)
    record(ledger, EVENTS, listed, State.LOADED, "a")
    assert rows(warehouse, "load_id, state") == [(1, "loaded")]


def test_a_file_is_known_by_its_version(warehouse):
    old, new = drop("events_1.json"), drop("events_1.json", version="2")
    record(Ledger(warehouse, [(old, EVENTS)]), EVENTS, old, State.LOADED, "a")
    again, changed = Ledger(warehouse, [(old, EVENTS)]), Ledger(warehouse, [(new, EVENTS)])
    assert again.is_known(EVENTS, old)
    assert not changed.is_known(EVENTS, new)
    record(changed, EVENTS, new, State.LOADED, "b")
    assert changed.is_known(EVENTS, new)
    assert rows(warehouse, "load_id, follows_load_id") == [(1, None), (2, 1)]


def test_content_is_recognised_under_another_name_but_not_in_another_feed(warehouse):
    first, second = drop("events_1.json"), drop("events_2.json")
    record(Ledger(warehouse, [(first, EVENTS)]), EVENTS, first, State.LOADED, "a")
    ledger = Ledger(warehouse, [(second, EVENTS), (second, CHANNELS)])
    assert ledger.is_duplicate(EVENTS, second, content("a"))
    assert not ledger.is_duplicate(CHANNELS, second, content("a"))


def test_content_is_recognised_where_too_many_drops_are_of_one_size(warehouse, monkeypatch):
    monkeypatch.setattr(contents, "MOST_HASHES", 2)
    listing = [(drop(f"events_{n}.json"), EVENTS) for n in range(5)]
    ledger = Ledger(warehouse, listing[:4])
    with ledger.transaction():
        for listed, contract in listing[:4]:
            assert not ledger.is_duplicate(contract, listed, content(listed.url))
            ledger.record(contract, listed, entry(ledger, State.LOADED, content(listed.url)))
            assert ledger.is_duplicate(contract, listed, content(listed.url))
    again = Ledger(warehouse, listing[4:])
    found = [again.is_duplicate(EVENTS, listing[4][0], content(each.url)) for each, _ in listing]
    assert found == [True, True, True, True, False]


@pytest.mark.parametrize("recorded", ["before", "meanwhile"])
def test_reference_content_counts_where_it_is_in_effect(warehouse, recorded):
    stored = [drop(f"channels_{minute}.csv", minute) for minute in (0, 10, 20, 30)]
    ledger = Ledger(warehouse, [(each, CHANNELS) for each in stored])
    for each, name in zip(stored, "abac", strict=True):
        record(ledger, CHANNELS, each, State.LOADED, name)
    found = []
    for minute in (-1, 0, 5, 10, 15, 20, 29, 30, 60):
        asked = drop("channels_x.csv", minute)
        if recorded == "before":
            ledger = Ledger(warehouse, [(asked, CHANNELS)])
        found.append([n for n in "abc" if ledger.is_duplicate(CHANNELS, asked, content(n))])
    assert found == [[], ["a"], ["a"], ["b"], ["b"], ["a"], ["a"], ["c"], ["c"]]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_of_drops_that_take_effect_at_once_none_is_known_to_hold_after_them(warehouse, order):
    """Their rows' change hashes decide that, in the vault: whoever comes first is no better."""
    first, second, again, later = (drop(f"channels_{n}.csv", n // 3) for n in range(4))
    ledger = Ledger(warehouse, [(first, CHANNELS), (second, CHANNELS)])
    for each, name in zip((first, second), order, strict=True):
        record(ledger, CHANNELS, each, State.LOADED, name)
    for known in (ledger, Ledger(warehouse, [(again, CHANNELS), (later, CHANNELS)])):
        assert [n for n in "abc" if known.is_duplicate(CHANNELS, again, content(n))] == ["a", "b"]
        assert [n for n in "abc" if known.is_duplicate(CHANNELS, later, content(n))] == []


def test_content_is_in_effect_from_when_it_says_whenever_it_was_stored(warehouse):
    """As where the file's name says so: the drop that is stored last is of the day before."""
    stored = [
        replace(drop(f"channels_{n}.csv", n), effective_at=START + timedelta(days=day))
        for n, day in enumerate((1, 3, 2, 4))
    ]
    ledger = Ledger(warehouse, [(each, CHANNELS) for each in stored])
    record(ledger, CHANNELS, stored[0], State.LOADED, "a")
    record(ledger, CHANNELS, stored[1], State.LOADED, "b")
    for known in (ledger, Ledger(warehouse, [(each, CHANNELS) for each in stored[2:]])):
        assert [n for n in "ab" if known.is_duplicate(CHANNELS, stored[2], content(n))] == ["a"]
        assert [n for n in "ab" if known.is_duplicate(CHANNELS, stored[3], content(n))] == ["b"]


def test_a_duplicate_of_reference_data_is_known_until_a_late_drop_changes_what_was_in_effect(
    warehouse,
):
    first, late, again = drop("1.csv", 0), drop("2.csv", 5), drop("3.csv", 10)
    ledger = Ledger(warehouse, [(first, CHANNELS), (again, CHANNELS)])
    record(ledger, CHANNELS, first, State.LOADED, "a")
    record(ledger, CHANNELS, again, State.DUPLICATE, "a")
    ledger = Ledger(warehouse, [(first, CHANNELS), (late, CHANNELS), (again, CHANNELS)])
    assert ledger.is_known(CHANNELS, again)
    record(ledger, CHANNELS, late, State.LOADED, "b")
    assert not ledger.is_known(CHANNELS, again)


def test_a_failure_takes_the_place_of_the_one_before(warehouse):
    listed = drop("events_1.json")
    for _ in range(2):
        ledger = Ledger(warehouse, [(listed, EVENTS)])
        assert not ledger.is_known(EVENTS, listed)
        record(ledger, EVENTS, listed, State.FAILED)
    record(ledger, EVENTS, listed, State.FAILED)
    assert rows(warehouse, "load_id, state, error") == [(3, "failed", "it can't be read")]
    assert [failed.url for failed in failed_drops(warehouse)] == [listed.url]
    record(ledger, EVENTS, listed, State.LOADED, "a")
    assert failed_drops(warehouse) == []
    status = {status.feed: status for status in feed_status(warehouse, ["channels", "stb_events"])}
    assert (status["stb_events"].loaded, status["stb_events"].rows_loaded) == (1, 2)
    assert status["channels"].last_loaded_at is None


@pytest.mark.parametrize("error", ["a\0b", "\udcff", "\\N", "'; drop table raw.loads; --"])
def test_any_error_can_be_kept(warehouse, error):
    listed = drop("events_1.json")
    ledger = Ledger(warehouse, [(listed, EVENTS)])
    with ledger.transaction():
        ledger.record(EVENTS, listed, Entry(1, State.FAILED, 0, START, error=error))
    ((kept,),) = rows(warehouse, "error")
    assert kept == error.replace("\0", "\\x00").replace("\udcff", "\\udcff")


def test_a_thousand_drops_cost_few_statements(warehouse, monkeypatch):
    listing = [(drop(f"events_{n}.json", n, size_bytes=n), EVENTS) for n in range(900)]
    listing += [(drop(f"channels_{n}.csv", n), CHANNELS) for n in range(100)]
    statements = []

    def counted(run):
        def count(self, sql, parameters=()):
            statements.append(sql)
            return run(self, sql, parameters)

        return count

    for name in ("query", "execute"):
        monkeypatch.setattr(type(warehouse), name, counted(getattr(type(warehouse), name)))
    ledger = Ledger(warehouse, listing)
    for start in range(0, 1000, 100):
        with ledger.transaction():
            for listed, contract in listing[start : start + 100]:
                assert not ledger.is_known(contract, listed)
                assert not ledger.is_duplicate(contract, listed, content(listed.url))
                ledger.record(contract, listed, entry(ledger, State.LOADED, content(listed.url)))
    assert len(statements) <= 40
    assert rows(warehouse, "load_id") == [(n,) for n in range(1, 1001)]
    again = Ledger(warehouse, listing)
    assert all(again.is_known(contract, listed) for listed, contract in listing)


def test_a_long_listing_is_asked_for_in_parts(warehouse, monkeypatch):
    monkeypatch.setattr(history, "DROPS_AT_ONCE", 7)
    monkeypatch.setattr(contents, "SIZES_AT_ONCE", 7)
    listing = [(drop(f"events_{n}.json", n, size_bytes=n), EVENTS) for n in range(20)]
    ledger = Ledger(warehouse, listing)
    with ledger.transaction():
        for listed, contract in listing:
            ledger.record(contract, listed, entry(ledger, State.LOADED, content(listed.url)))
    renamed = [(replace(listed, url=f"{listed.url}x"), contract) for listed, contract in listing]
    again = Ledger(warehouse, listing + renamed)
    assert all(again.is_known(contract, listed) for listed, contract in listing)
    for (listed, contract), (before, _) in zip(renamed, listing, strict=True):
        assert not again.is_known(contract, listed)
        assert again.is_duplicate(contract, listed, content(before.url))


def test_tables_of_an_older_version_are_told_and_brought_up_to_date(on_either):
    with open_for_loading(on_either, CONTRACTS.values()) as warehouse:
        for table, column in (("loads", "archived_url"), ("quarantine", "replayed_by_load_id")):
            warehouse.execute(f"alter table {warehouse.table(table)} drop column {column}")
    with pytest.raises(WarehouseError, match=r"raw\.loads was made by an older version"):
        open_for_reading(on_either)
    open_for_loading(on_either, CONTRACTS.values()).close()
    with open_for_reading(on_either) as warehouse:
        assert rows(warehouse, "archived_url, replays_load_id") == []


def test_a_warehouse_without_a_ledger_is_nothing_to_read(on_either):
    on_either.duckdb_path.parent.mkdir()
    duckdb.connect(on_either.duckdb_path).close()
    assert open_for_reading(on_either) is None
