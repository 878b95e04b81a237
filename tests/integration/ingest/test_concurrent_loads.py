"""Two loaders at once over one source end as one of them alone, and any order ends the same."""

import signal
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import forked
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_feeds import FeedBench, feed, texts
from made_source import FEEDS, KEY, Account, account, make_source

from ingest.loading.loader import load
from ingest.settings import Settings

DROPS = 60
SEED = 7
EVENTS = feed("events", *texts("name"))
PLACES = feed(
    "places",
    *texts("name"),
    settings={"feedKind": "reference", "effectiveAt": "store_time"},
)


def load_all(settings: Settings, source: Path) -> None:
    """What each loader does."""
    load(source, settings)


def bench_of(home: Path, source: Path | None = None) -> FeedBench:
    settings = Settings(
        "duckdb", home / "warehouse" / "test.duckdb", "", settle_seconds=0, pseudonym_key=KEY
    )
    bench = FeedBench.made(settings, home, *FEEDS)
    return replace(bench, folder=source) if source else bench


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Account]:
    bench = bench_of(tmp_path_factory.mktemp("alone"))
    make_source(bench, DROPS, SEED)
    bench.load_all()
    return bench.folder, account(bench)


def test_two_processes_end_as_one(alone, tmp_path):
    bench = bench_of(tmp_path, alone[0])
    both = [forked.start(load_all, bench.settings, bench.folder) for _ in range(2)]
    for process in both:
        process.join(forked.LONGEST_SECONDS)
    assert [process.exitcode for process in both] == [0, 0]
    assert account(bench) == alone[1]


def test_two_threads_end_as_one(alone, tmp_path):
    bench = bench_of(tmp_path, alone[0])
    errors = []

    def work() -> None:
        try:
            load_all(bench.settings, bench.folder)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert account(bench) == alone[1]


def test_one_that_waits_goes_on_where_another_was_killed(alone, tmp_path):
    bench = bench_of(tmp_path, alone[0])
    first = forked.start(load_all, bench.settings, bench.folder)
    second = forked.start(load_all, bench.settings, bench.folder)
    first.join(0.7)
    first.kill()
    first.join()
    assert first.exitcode in (-signal.SIGKILL, 0)
    second.join(forked.LONGEST_SECONDS)
    assert second.exitcode == 0
    assert account(bench) == alone[1]


def record(name: str) -> bytes:
    return b'[{"name": "%s"}]' % name.encode()


DELIVERIES = st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), min_size=1, max_size=4)
MANY = hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = iter(range(10**9))


def fresh(settings: Settings, tmp_path: Path) -> FeedBench:
    """A bench for one example."""
    home = tmp_path / f"example_{next(numbers)}"
    own = replace(settings, duckdb_path=home / "warehouse" / "test.duckdb")
    return FeedBench.made(own, home, EVENTS, PLACES)


@given(DELIVERIES)
@MANY
def test_events_are_there_once_however_they_come(settings, tmp_path, deliveries):
    """Each delivery is one load; the drops of one may be committed together."""
    bench, known, number = fresh(settings, tmp_path), [], 0
    for delivery in deliveries:
        expected = []
        for name in delivery:
            bench.write(f"events_{number}.json", record(name))
            number += 1
            expected.append("duplicate" if name in known else "loaded")
            known += [name] if name not in known else []
        new = [result for result in bench.load_all().results if result.state != "unchanged"]
        assert [result.state for result in new] == expected
    assert [name for (name,) in bench.rows("events", "name")] == known


STORED = st.lists(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from("ab")), max_size=5),
    min_size=1,
    max_size=4,
)
"""Deliveries of reference drops: when each was stored, and what it says."""


@given(STORED)
@MANY
def test_what_is_in_effect_is_what_was_stored_last_however_late_it_comes(
    settings, tmp_path, deliveries
):
    bench, stored = fresh(settings, tmp_path), {}
    for delivery in deliveries:
        for at, name in dict(delivery).items():
            if at not in stored:
                stored[at] = name
                bench.write(f"places_{at}.json", record(name), clock=1_700_000_000 + at)
        assert not bench.load_all().failed
        for now, names in in_effect(bench, range(11)).items():
            before = [at for at in stored if at <= now]
            assert names == ([stored[max(before)]] if before else [])
    assert [result.state for result in bench.load_all().results] == ["unchanged"] * len(stored)


def in_effect(bench: FeedBench, seconds: Iterable[int]) -> dict[int, list[str]]:
    """The names of the drop that was in effect so many seconds after the first."""
    found = bench.query(
        """
            select epoch(_effective_at)::bigint - 1_700_000_000, _load_id, name from raw.places
        """
    )
    names: dict[int, list[str]] = {}
    for now in seconds:
        before = [row for row in found if row[0] <= now]
        last = max(before)[:2] if before else None
        names[now] = [name for at, load_id, name in before if (at, load_id) == last]
    return names


@pytest.mark.parametrize("at_once", [True, False])
def test_reference_data_that_returns_is_in_effect_again(settings, tmp_path, at_once):
    """A, B, A, A, B, A: what repeats the one before it is a duplicate, and nothing else is."""
    bench, states = fresh(settings, tmp_path), []
    for number, name in enumerate("abaaba"):
        bench.write(f"places_{number}.json", record(name))
        if not at_once:
            states.append(bench.load_all().results[-1].state)
    if at_once:
        states = [result.state for result in bench.load_all().results]
    assert states == ["loaded", "loaded", "loaded", "duplicate", "loaded", "loaded"]
    assert [name for (name,) in bench.rows("places", "name")] == [*"ababa"]


def test_of_reference_data_of_one_instant_each_content_is_there_once(settings, tmp_path):
    """Which of them holds is decided in the vault: what comes after them is news."""
    bench = fresh(settings, tmp_path)
    for number, name in enumerate("aba"):
        bench.write(f"places_{number}.json", record(name), clock=1_700_000_001)
    states = [result.state for result in bench.load_all().results]
    assert states == ["loaded", "loaded", "duplicate"]
    bench.write("places_3.json", record("b"), clock=1_700_000_002)
    assert bench.load_all().results[-1].state == "loaded"
    assert [name for (name,) in bench.rows("places", "name")] == [*"abb"]


def test_event_content_is_a_duplicate_under_any_name_and_time(settings, tmp_path):
    bench = fresh(settings, tmp_path)
    names = ["events_1.json", "sub/events_1.json", "events_2.json", "events_0.json.gz"]
    bench.write(names[0], record("a"))
    assert [result.state for result in bench.load_all().results] == ["loaded"]
    for clock, name in enumerate(names[1:], start=1_600_000_000):
        bench.write(name, record("a"), clock=clock)
    states = {
        result.url.rpartition("/drops/")[2]: result.state for result in bench.load_all().results
    }
    assert states == dict.fromkeys(names[1:], "duplicate") | {names[0]: "unchanged"}
    assert bench.rows("events", "name") == [("a",)]
