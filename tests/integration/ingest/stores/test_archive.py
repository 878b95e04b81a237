"""The archive as loads use it, on every store: what is noted, and what dying in between leaves."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.ledger.history import Ledger
from ingest.loading.loader import load
from ingest.loading.replay import Wanted, replay_drops
from ingest.settings import Settings
from ingest.stores.folder import FolderStore
from ingest.stores.s3 import S3Store
from ingest.stores.sftp import SFTPStore
from ingest.warehouses import open_for_reading

EVENT = {
    "mac": "a", "eventdate": "2024-01-01", "eventtime": "10:00:00", "code": "ELWS", "chname": "c",
    "program_id": None, "geo_location": None, "sat": None, "ts": "1", "indextime": None,
}  # fmt: skip
NAMES = ("sub/events_1.json", "sub/events_2.json")


def content(number: int) -> bytes:
    return json.dumps(EVENT | {"mac": f"box {number}"}).encode() + b"\n"


STORES = {"file": FolderStore, "s3": S3Store, "sftp": SFTPStore}


@pytest.fixture(params=STORES)
def source(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path):
    """Two drops in each kind of store: its URL, and settings with an archive."""
    if request.param == "file":
        for number, name in enumerate(NAMES):
            path = tmp_path / "drops" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content(number))
        return (tmp_path / "drops").as_uri(), replace(settings, archive="done")
    if request.param == "s3":
        bucket = request.getfixturevalue("bucket")
        for number, name in enumerate(NAMES):
            bucket.put(name, content(number))
        return f"s3://{bucket.name}", replace(bucket.settings, archive="done")
    remote = request.getfixturevalue("password_remote")
    for number, name in enumerate(NAMES):
        remote.write(name, content(number))
    return remote.url(), replace(remote.settings, archive="done", stall_seconds=10)


def ledger(settings: Settings, place: str) -> list[tuple]:
    with open_for_reading(settings) as warehouse:
        query = f"select url, archived_url, state from {warehouse.table('loads')} order by load_id"
        rows = warehouse.query(query)
    return [tuple((each or "").replace(f"{place}/", "") for each in row) for row in rows]


ARCHIVED = [(name, f"done/{name}", "loaded") for name in NAMES]


def test_drops_are_archived_and_found_there(source):
    place, settings = source
    assert len(load(place, settings).results) == 2
    assert ledger(settings, place) == ARCHIVED
    assert load(place, settings).results == []
    report = replay_drops(Wanted(load_ids=(1, 2)), settings)
    assert [(result.state, result.url) for result in report.results] == [
        ("loaded", f"{place}/done/{name}") for name in NAMES
    ]


class KilledError(BaseException):
    """Stands for the end of the process."""


def killed_after(monkeypatch: pytest.MonkeyPatch, place: type, name: str) -> None:
    """Let the process die, as far as the program can tell, once a function has done its work."""
    real = getattr(place, name)

    def killing(*arguments: object) -> None:
        real(*arguments)
        raise KilledError

    monkeypatch.setattr(place, name, killing)


def test_dying_after_the_first_move_loses_no_drop(source, monkeypatch):
    """Noted are both: the one that was moved is there, the other one is moved by the next load."""
    place, settings = source
    with monkeypatch.context() as patched:
        killed_after(patched, STORES[place.partition(":")[0]], "move")
        with pytest.raises(KilledError):
            load(place, settings)
    assert ledger(settings, place) == ARCHIVED
    report = replay_drops(Wanted(load_ids=(1, 2)), settings)
    assert [result.url.replace(f"{place}/", "") for result in report.results] == [
        f"done/{NAMES[0]}", NAMES[1],
    ]  # fmt: skip
    assert [result.state for result in report.results] == ["loaded"] * 2
    assert [result.state for result in load(place, settings).results] == ["unchanged"]
    assert ledger(settings, place)[:2] == ARCHIVED
    assert load(place, settings).results == []


def test_dying_before_the_first_move_leaves_drops_where_they_are(source, monkeypatch):
    place, settings = source
    with monkeypatch.context() as patched:
        killed_after(patched, Ledger, "record_archived")
        with pytest.raises(KilledError):
            load(place, settings)
    assert [url for _, url, _ in ledger(settings, place)] == ["", ""]
    assert [result.state for result in load(place, settings).results] == ["unchanged"] * 2
    assert ledger(settings, place) == ARCHIVED
