"""Fetching ahead: in order, bounded, tried again, and no failure stops the next."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Lock

from ingest.errors import DropError, SourceError, TransportError
from ingest.stores import Drop, fetching
from ingest.stores.fetching import fetched


@dataclass
class SlowStore:
    """Gives drops slowly; some of them fail, as often as is said."""

    failures: dict[str, list[Exception]] = field(default_factory=dict)
    seconds: float = 0.0
    running: int = 0
    most: int = 0
    tries: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def fetch(self, drop: Drop, target: Path, stop: Event) -> None:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.tries.append(drop.path)
        stop.wait(self.seconds)
        with self.lock:
            self.running -= 1
        if stop.is_set():
            raise TransportError("stopped")
        if self.failures.get(drop.path):
            raise self.failures[drop.path].pop(0)
        target.write_bytes(b"x" * drop.size_bytes)


def drops(number: int, size_bytes: int = 3) -> list[Drop]:
    time = datetime(2024, 1, 1)  # noqa: DTZ001
    return [Drop(f"s3://b/{n}", str(n), size_bytes, time, "v") for n in range(number)]


def test_files_come_in_order_and_are_deleted_after_their_turn(patient, tmp_path):
    store, seen = SlowStore(seconds=0.01), []
    for _, path in fetched(store, drops(40), tmp_path, patient):
        assert path.read_bytes() == b"xxx"
        if seen:
            assert not seen[-1].exists()
        seen.append(path)
    assert [int(name) for name in dict.fromkeys(store.tries)] == list(range(40))
    assert 1 < store.most <= patient.fetch_at_once
    assert list(tmp_path.glob("drop_*")) == []


def test_no_more_is_fetched_ahead_than_disk_is_granted(patient, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "AHEAD_BYTES", 100)
    most = 0
    for _ in fetched(SlowStore(), drops(20, size_bytes=30), tmp_path, patient):
        time.sleep(0.01)
        most = max(most, sum(path.stat().st_size for path in tmp_path.glob("drop_*")))
    assert 30 < most <= 90
    # A drop larger than all that is fetched all the same.
    large = [path for _, path in fetched(SlowStore(), drops(2, 1000), tmp_path, patient)]
    assert not any(isinstance(path, DropError) for path in large)


def test_few_enough_files_lie_ready(patient, tmp_path):
    store = SlowStore()
    turns = fetched(store, drops(300), tmp_path, patient)
    next(turns)
    time.sleep(0.2)
    assert len(store.tries) <= patient.fetch_at_once * fetching.AHEAD_DROPS + 1
    turns.close()
    assert list(tmp_path.glob("drop_*")) == []


def test_a_transport_fault_is_tried_again(patient, tmp_path):
    store = SlowStore({"1": [TransportError("reset"), TransportError("reset")]})
    results = [path for _, path in fetched(store, drops(3), tmp_path, patient)]
    assert all(isinstance(path, Path) for path in results)
    assert store.tries.count("1") == 3


def test_a_fault_that_stays_is_reported_and_the_next_one_has_its_turn(patient, tmp_path):
    failures = {
        "0": [TransportError("the connection broke off")] * 3,
        "1": [DropError("the object was replaced after it was listed")],
        "2": [SourceError("access denied")],
        "3": [OSError(28, "No space left on device")],
        "4": [RuntimeError("a bug")],
    }
    results = [told for _, told in fetched(SlowStore(failures), drops(6), tmp_path, patient)]
    assert [str(told) for told in results[:5]] == [
        "the connection broke off (tried 3 times); load it again later",
        "the object was replaced after it was listed",
        "access denied",
        "the disk of temporary files has no room for its 3 bytes; free some, or set TMPDIR to a "
        "folder on another one",
        "it can't be fetched: RuntimeError: a bug",
    ]
    assert isinstance(results[5], Path)


def test_another_size_than_listed_is_never_handed_on(patient, tmp_path):
    class Cutting(SlowStore):
        def fetch(self, drop, target, stop):
            target.write_bytes(b"x")

    ((_, told),) = fetched(Cutting(), drops(1), tmp_path, patient)
    assert str(told) == "3 bytes were listed, but 1 came"


def test_whoever_leaves_early_waits_for_nothing(patient, tmp_path):
    store = SlowStore()
    turns = fetched(store, drops(100), tmp_path, patient)
    next(turns)
    store.seconds = 30
    next(turns)
    started = time.monotonic()
    turns.close()
    assert time.monotonic() - started < 5
    assert list(tmp_path.glob("drop_*")) == []
