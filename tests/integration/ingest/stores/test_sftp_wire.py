"""What goes wrong between here and an SFTP server, and what is done about it."""

import os
import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import asyncssh
import pytest
from looking import MIB, archive, fetch_all, only, paths
from ssh_servers import PART_BYTES, PART_SECONDS

from ingest.errors import DropError, SourceError, TransportError
from ingest.stores import open_store, sftp
from ingest.stores.fetching import fetched


@pytest.mark.parametrize("kind", ["cut", "reset", "stall", "flip"])
def test_a_transfer_that_breaks_off_goes_on_where_it_was(remote, tmp_path, kind):
    content = os.urandom(16 * MIB)
    remote.write("a.bin", content)
    with remote.open() as store:
        drop = only(store)
        remote.proxy.befall(kind, 9 * MIB)
        ((_, path),) = fetched(store, [drop], tmp_path, remote.settings)
    assert isinstance(path, Path)
    first, second = remote.proxy.lines
    assert first.delivered_bytes > 8 * MIB
    # What had come in order is never asked for again; what was on its way is.
    assert second.delivered_bytes < 7 * MIB + sftp.AHEAD_BYTES + MIB // 4


@pytest.mark.parametrize("kind", ["cut", "stall"])
def test_a_resumed_file_is_the_same(remote, tmp_path, kind):
    content = os.urandom(8 * MIB)
    remote.write("a.bin", content)
    with remote.open() as store:
        drop = only(store)
        for after in (5 * MIB, 1 * MIB):
            remote.proxy.befall(kind, after)
        with pytest.raises(TransportError):
            store.fetch(drop, tmp_path / "fetched")
        received = (tmp_path / "fetched").stat().st_size
        assert 0 < received <= 5 * MIB
        assert (tmp_path / "fetched").read_bytes() == content[:received]
        with pytest.raises(TransportError):
            store.fetch(drop, tmp_path / "fetched")
        store.fetch(drop, tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == content


def test_a_file_that_changes_between_two_tries_is_refused(remote, tmp_path):
    remote.write("a.bin", os.urandom(4 * MIB))
    with remote.open() as store:
        drop = only(store)
        remote.proxy.befall("cut", 2 * MIB)
        with pytest.raises(TransportError):
            store.fetch(drop, tmp_path / "fetched")
        remote.write("a.bin", os.urandom(4 * MIB), age_seconds=0)
        with pytest.raises(DropError, match="changed while it was read"):
            store.fetch(drop, tmp_path / "fetched")


@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_a_transfer_that_always_breaks_off_fails_and_the_next_is_fetched(remote, tmp_path, kind):
    remote.write("a.bin", os.urandom(8 * MIB), age_seconds=2000)
    remote.write("b.csv", b"next")
    settings = replace(remote.settings, fetch_at_once=1, fetch_tries=2)
    with remote.open() as store:
        drops = store.listing().drops
        for _ in range(2):
            remote.proxy.befall(kind, MIB)
        turns = fetched(store, drops, tmp_path, settings)
        _, failed = next(turns)
        _, path = next(turns)
        assert path.read_bytes() == b"next"
    silent = f"the server has been silent for {settings.stall_seconds:g} seconds"
    reason = silent if kind == "stall" else "the connection was lost"
    assert str(failed).startswith(reason)
    assert str(failed).endswith("(tried 2 times); load it again later")


def test_a_listing_that_breaks_off_is_tried_again(remote):
    for number in range(300):
        remote.write(f"sub_{number % 3}/{number}.csv", age_seconds=number)
    with remote.open() as store:
        for kind in ("cut", "stall"):
            remote.proxy.befall(kind, 5000)
            assert len(paths(store)) == 300
    assert not remote.proxy.faults


def test_a_file_that_grew_shrank_or_went_is_refused(remote, tmp_path):
    path = remote.write("a.csv")
    with remote.open() as store:
        drop = only(store)
        for content in (b"content and more", b"cont"):
            path.write_bytes(content)
            with pytest.raises(DropError, match="changed while it was read"):
                store.fetch(drop, tmp_path / "fetched")
        path.unlink()
        with pytest.raises(DropError, match="gone since it was listed"):
            store.fetch(drop, tmp_path / "fetched")
        os.mkfifo(path)
        with pytest.raises(DropError, match="changed"):
            store.fetch(drop, tmp_path / "fetched")


def test_a_file_that_grows_while_it_is_read_is_refused(remote, tmp_path, monkeypatch):
    path = remote.write("a.bin", os.urandom(2 * MIB))
    copying = sftp.SFTPStore._copy

    async def growing(self, *arguments):
        await copying(self, *arguments)
        with path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(sftp.SFTPStore, "_copy", growing)
    with remote.open() as store:
        (refused,) = fetch_all(remote, tmp_path, store)
    assert "changed while it was read" in str(refused)


def test_a_transfer_can_be_stopped(remote, tmp_path):
    remote.write("a.bin", os.urandom(8 * MIB))
    stop = Event()
    stop.set()
    with remote.open() as store, pytest.raises(TransportError, match="stopped"):
        store.fetch(only(store), tmp_path / "fetched", stop)


def test_a_transfer_ends_at_once_while_the_server_is_silent(remote, tmp_path):
    remote.write("a.bin", os.urandom(4 * MIB))
    with remote.open(stall_seconds=60) as store:
        drop = only(store)
        remote.proxy.befall("stall", MIB)
        stop, started = Event(), time.monotonic()
        Timer(0.3, stop.set).start()
        with pytest.raises(TransportError, match="stopped"):
            store.fetch(drop, tmp_path / "fetched", stop)
    assert time.monotonic() - started < 10


def test_a_server_that_gives_small_parts_is_not_silent(password_remote, tmp_path):
    """A block takes it longer than counts as silence."""
    content = os.urandom(sftp.BLOCK_BYTES)
    assert len(content) / PART_BYTES * PART_SECONDS > password_remote.settings.stall_seconds
    password_remote.write("a.slow", content)
    with password_remote.open() as store:
        assert fetch_all(password_remote, tmp_path, store) == [content]
    assert len(password_remote.proxy.lines) == 1


def test_archiving_whose_answer_was_lost_is_done_once(remote, monkeypatch):
    remote.write("a.csv")
    renaming = asyncssh.SFTPClient.rename

    async def unheard(self, old, new, *more):
        monkeypatch.setattr(asyncssh.SFTPClient, "rename", renaming)
        await renaming(self, old, new, *more)
        raise asyncssh.SFTPConnectionLost("Connection lost")

    with remote.open() as store:
        drop = only(store)
        monkeypatch.setattr(asyncssh.SFTPClient, "rename", unheard)
        assert archive(store, drop) == remote.url("/done/a.csv")
    assert (remote.folder / "done/a.csv").read_bytes() == b"content"


def test_a_server_that_is_not_there_or_says_nothing_is_told(remote, patient):
    with pytest.raises(SourceError, match=r"can't be reached .*tried 3 times"):
        open_store("sftp://127.0.0.1:1/x", patient)
    for _ in range(2):
        remote.proxy.befall("stall", 0)
    started = time.monotonic()
    with pytest.raises(SourceError, match="can't be reached"):
        remote.open(fetch_tries=2, stall_seconds=0.5)
    assert time.monotonic() - started < 5
