"""A load that is killed at any moment and run again ends as one that nobody disturbed."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import forked
import pytest
from made_feeds import FeedBench
from made_source import FEEDS, KEY, Account, account, make_source

from ingest.ledger.history import Ledger
from ingest.loading import batches, passes
from ingest.loading.loader import load
from ingest.loading.replay import Wanted, replay_drops
from ingest.settings import Settings
from ingest.stores.folder import FolderStore
from ingest.warehouses.duckdb import DuckDBWarehouse

DROPS, KILLS = 200, 50
FEW_DROPS, FEW_KILLS = 40, 2
SEED = 20240101
KILLS_AT_ONCE = 10


def load_all(settings: Settings, source: Path) -> None:
    """What a process of its own does."""
    load(source, settings)


def bench_of(home: Path, source: FeedBench | None = None) -> FeedBench:
    """An empty warehouse for the drops of another bench, or for its own."""
    settings = Settings(
        "duckdb", home / "warehouse" / "test.duckdb", "", settle_seconds=0, pseudonym_key=KEY
    )
    made = FeedBench.made(settings, home, *FEEDS)
    return replace(made, folder=source.folder) if source else made


@dataclass
class Undisturbed:
    """A source, what a load of it leaves behind, and how long that takes at least."""

    bench: FeedBench
    account: Account
    seconds: float

    @classmethod
    def load(cls, home: Path, drops: int) -> "Undisturbed":
        bench = bench_of(home)
        make_source(bench, drops, SEED)
        started = time.monotonic()
        assert forked.run(load_all, bench.settings, bench.folder) == 0
        return cls(bench, account(bench), time.monotonic() - started)

    def kill(self, home: Path, moment: float) -> bool:
        """Whether a load was killed after a share of its time. Another one then has to mend it."""
        bench = bench_of(home, self.bench)
        started = time.monotonic()
        process = forked.start(load_all, bench.settings, bench.folder)
        process.join(moment * self.seconds)
        process.kill()
        process.join()
        if process.exitcode == 0:
            self.seconds = min(self.seconds, time.monotonic() - started)
            return False
        assert process.exitcode == -signal.SIGKILL
        assert forked.run(load_all, bench.settings, bench.folder) == 0
        assert account(bench) == self.account
        return True


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return Undisturbed.load(tmp_path_factory.mktemp("undisturbed"), DROPS)


def kill_at_moments(undisturbed: Undisturbed, home: Path, kills: range, of: int) -> None:
    """Each kill in its own part of the load's time, at random within it."""
    random_ = random.Random(SEED + kills.start)  # noqa: S311 - the same moments in every run
    for number in kills:
        for attempt in range(10):
            moment = (number + random_.random()) / of
            if undisturbed.kill(home / f"{number}_{attempt}", moment):
                break
        else:
            pytest.fail("no load of ten could be killed before its end")


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, KILLS, KILLS_AT_ONCE))
def test_a_load_killed_at_fifty_moments_ends_as_an_undisturbed_one(undisturbed, tmp_path, first):
    kill_at_moments(undisturbed, tmp_path, range(first, first + KILLS_AT_ONCE), KILLS)


@pytest.mark.slow
def test_the_source_has_every_kind_of_trouble(undisturbed):
    columns = "feed, state, rows_quarantined > 0"
    found = Counter(undisturbed.bench.query(f"select {columns} from raw.loads"))
    assert sum(found.values()) == DROPS
    for name in ("sessions", "spots", "plays"):
        assert found[name, "loaded", True]
        assert found[name, "duplicate", False]
        assert found[name, "failed", False]
    for name in ("stations", "shows"):
        assert found[name, "loaded", False]
        assert found[name, "duplicate", False]
    effective = undisturbed.bench.query("select name from raw.shows order by _effective_at")
    assert len(effective) > 4
    assert all(before != after for before, after in pairwise(effective))


def test_a_load_killed_at_a_few_moments_ends_as_an_undisturbed_one(tmp_path):
    undisturbed = Undisturbed.load(tmp_path / "undisturbed", FEW_DROPS)
    kill_at_moments(undisturbed, tmp_path, range(FEW_KILLS), FEW_KILLS)


def killed_around(place: object, name: str, *, after: bool) -> None:
    """Let a function kill its process when it is called."""
    real: Callable = getattr(place, name)

    def killing(*arguments: object, **named: object) -> None:
        if after:
            real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, killing)


STEPS: dict[str, tuple[object, str]] = {
    "fetching": (FolderStore, "fetch"),
    "checking": (passes, "check_drop"),
    "inserting": (DuckDBWarehouse, "insert"),
    "landing": (batches, "land"),
    "writing the ledger": (Ledger, "_write"),
    "noting where a drop goes": (Ledger, "record_archived"),
    "moving it": (FolderStore, "move"),
}


def load_killed(settings: Settings, source: Path, step: str, after: bool) -> None:
    """What a process does that dies at one step of the program."""
    killed_around(*STEPS[step], after=after)
    load(source, settings)


def bench_with_archive(home: Path) -> FeedBench:
    bench = bench_of(home)
    make_source(bench, 6, SEED)
    return replace(bench, settings=replace(bench.settings, archive="done"))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> FeedBench:
    bench = bench_with_archive(tmp_path_factory.mktemp("calm"))
    load_all(bench.settings, bench.folder)
    return bench


@pytest.mark.parametrize(
    ("step", "after"),
    [(step, False) for step in STEPS]
    + [(step, True) for step in ("writing the ledger", "noting where a drop goes", "moving it")],
)
def test_a_load_may_die_around_every_step(calm, tmp_path, step, after):
    """The archive is in use: drops may have moved before the next load."""
    bench = bench_with_archive(tmp_path)
    code = forked.run(load_killed, bench.settings, bench.folder, step, after)
    assert code == -signal.SIGKILL
    load_all(bench.settings, bench.folder)
    assert contents(bench) == contents(calm)
    assert files(bench) == files(calm)


@pytest.mark.parametrize("after", [False, True])
def test_what_a_killed_load_archived_or_was_about_to_can_be_replayed(tmp_path, after):
    bench = bench_with_archive(tmp_path)
    killed = forked.run(load_killed, bench.settings, bench.folder, "moving it", after)
    assert killed == -signal.SIGKILL
    noted = bench.query(
        "select load_id, archived_url from raw.loads where state = 'loaded' order by load_id"
    )
    assert len(noted) > 1
    places = [bench.folder / url.removeprefix(f"{bench.folder.as_uri()}/") for _, url in noted]
    assert [place.exists() for place in places] == [after, *[False] * (len(noted) - 1)]
    wanted = Wanted(load_ids=tuple(load_id for load_id, _ in noted))
    report = replay_drops(wanted, bench.settings)
    assert [result.state for result in report.results] == ["loaded"] * len(noted)


def contents(bench: FeedBench) -> tuple[object, ...]:
    """What landed and what the ledger says, without the folder's own name."""
    home = bench.folder.as_uri()
    found = account(bench)
    tables = {
        name: [tuple(str(value).replace(home, "") for value in row) for row in rows]
        for name, rows in found.raw.items()
    }
    urls = "replace(url, $1, ''), replace(archived_url, $1, '')"
    ledger = f"select {urls}, state, rows_read, error from raw.loads order by all"
    return tables, bench.query(ledger, [home]), [url.replace(home, "") for url in found.order]


def files(bench: FeedBench) -> set[str]:
    """What is where, archive included."""
    return {str(path.relative_to(bench.folder)) for path in bench.folder.rglob("*")}
