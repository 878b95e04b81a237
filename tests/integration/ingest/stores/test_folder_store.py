"""A folder as a source."""

import errno
import os
import socket
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from looking import archive

from ingest.errors import DropError, SourceError, UsageError
from ingest.settings import Settings
from ingest.stores import open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "drops"
    folder.mkdir()
    return folder


def write(path: Path, content: bytes = b"content", time: float = 1_700_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time, time))
    return path


def paths(source: object, settings: Settings) -> list[str]:
    return [drop.path for drop in open_store(str(source), settings).listing().drops]


def fetched(store, drop, folder: Path) -> bytes:
    store.fetch(drop, folder / "fetched")
    return (folder / "fetched").read_bytes()


def test_finished_files_come_oldest_first(folder, settings):
    write(folder / "b.csv", time=1)
    write(folder / "sub/deep/a.csv", time=3)
    write(folder / "c.csv", time=2)
    assert paths(folder, settings) == ["b.csv", "c.csv", "sub/deep/a.csv"]


@pytest.mark.parametrize(
    "name",
    [
        *(".hidden.csv", ".folder/a.csv", "a.csv.tmp", "a.csv.part", "a.csv.PART", "a.partial"),
        *("a.filepart", "a.csv~", "_temporary/0/part.csv", "a.csv._COPYING_", "a.inprogress"),
        *("done/a.csv", "done/sub/a.csv"),
    ],
)
def test_what_is_hidden_temporary_or_archived_is_not_offered(folder, settings, name):
    write(folder / name)
    write(folder / "done.csv")
    assert paths(folder, replace(settings, archive="done")) == ["done.csv"]


@pytest.mark.parametrize(
    "name",
    [
        *(b"plain.csv", b"a b.csv", b"100%.csv", b"a%20b.csv", b"what?.csv", b"n#1.csv"),
        *(b"\xff\xfe.csv", "تجربة.csv".encode(), b"back\\slash.csv", b"new\nline.csv", b"*.csv"),
    ],
)
def test_any_name_is_read_by_path_and_by_url(folder, settings, tmp_path, name):
    (path := folder / os.fsdecode(name)).write_bytes(name)
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    assert os.fsencode(drop.path) == name
    assert drop.url.isascii()
    assert fetched(store, drop, tmp_path) == name
    for source in (drop.url, str(path)):
        (again,) = open_store(source, settings).listing().drops
        assert again == drop


def test_a_file_url_may_be_written_by_hand(folder, settings):
    write(folder / "what? a#1 file.csv")
    for source in (f"file://{folder}", f"file://localhost{folder}", f"file:{quote(str(folder))}"):
        assert paths(source, settings) == ["what? a#1 file.csv"]
    assert paths(f"file://{folder}/what? a#1 file.csv", settings) == ["what? a#1 file.csv"]
    with pytest.raises(UsageError, match="another machine"):
        open_store("file://server/share", settings)


def test_nothing_that_is_no_file_makes_it_hang(folder, settings):
    os.mkfifo(folder / "pipe.csv")
    (folder / "nothing.csv").symlink_to("nowhere")
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "null.csv").symlink_to("/dev/null")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "s.csv"))
    write(folder / "a.csv")
    listing = open_store(str(folder), settings).listing()
    listener.close()
    assert [drop.path for drop in listing.drops] == ["a.csv"]
    reasons = {skipped.url.rpartition("/")[2]: skipped.reason for skipped in listing.unreadable}
    assert reasons == {
        "pipe.csv": "is neither a file nor a folder",
        "nothing.csv": "is a link to nothing",
        "loop.csv": "can't be read: Too many levels of symbolic links",
        "null.csv": "is neither a file nor a folder",
        "s.csv": "is neither a file nor a folder",
    }
    with pytest.raises(UsageError, match="neither a folder nor a file"):
        open_store(str(folder / "pipe.csv"), settings)


def test_a_folder_that_cannot_be_read_is_told(folder, settings, monkeypatch):
    write(folder / "open/a.csv")
    write(folder / "locked/a.csv")
    scandir = os.scandir

    def denying(path):
        if Path(path).name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denying)
    listing = open_store(str(folder), settings).listing()
    assert [drop.path for drop in listing.drops] == ["open/a.csv"]
    assert [(s.url.rpartition("/")[2], s.reason) for s in listing.unreadable] == [
        ("locked", "can't be read: Permission denied")
    ]
    with pytest.raises(SourceError, match="Permission denied"):
        open_store(str(folder / "locked"), settings).listing()


def test_links_to_folders_are_followed_once(folder, settings, tmp_path):
    write(folder / "real/a.csv")
    (folder / "a_link").symlink_to("real")
    (folder / "real/up").symlink_to("..")
    write(tmp_path / "elsewhere/b.csv")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "linked_again").symlink_to(tmp_path / "elsewhere")
    assert paths(folder, settings) == ["linked/b.csv", "real/a.csv"]


def test_a_file_that_is_being_written_is_left_alone(folder, settings, monkeypatch):
    write(folder / "old.csv")
    for name in ("growing.csv", "removed.csv", "just_written.csv"):
        write(folder / name, time=time.time())
    waits = []

    def wait(seconds):
        waits.append(seconds)
        write(folder / "growing.csv", b"more content")
        (folder / "removed.csv").unlink()

    monkeypatch.setattr(time, "sleep", wait)
    listing = open_store(str(folder), replace(settings, settle_seconds=30)).listing()
    assert waits == [30]  # one wait, however many files
    assert [drop.path for drop in listing.drops] == ["old.csv", "just_written.csv"]
    assert [drop.path for drop in listing.unfinished] == ["growing.csv"]


def test_old_files_cost_no_wait(folder, settings, monkeypatch):
    write(folder / "old.csv")
    monkeypatch.setattr(time, "sleep", None)
    assert paths(folder, replace(settings, settle_seconds=30)) == ["old.csv"]


def test_a_file_that_changes_is_refused_before_and_after(folder, settings, tmp_path):
    path = write(folder / "a.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    store.fetch(drop, tmp_path / "fetched")
    write(path, b"longer content")
    with pytest.raises(DropError, match="changed while it was read"):
        store.confirm(drop)
    with pytest.raises(DropError, match="changed while it was read"):
        store.fetch(drop, tmp_path / "again")
    path.unlink()
    with pytest.raises(DropError, match="can't be read any more"):
        store.fetch(drop, tmp_path / "again")
    os.mkfifo(path)
    with pytest.raises(DropError, match="changed"):
        store.fetch(drop, tmp_path / "again")


def test_archiving_never_overwrites(folder, settings):
    store = open_store(str(folder), replace(settings, archive="done"))
    urls = []
    for content in (b"first", b"second", b"third"):
        write(folder / "sub/a.b.csv.gz", content)
        urls += [archive(store, drop) for drop in store.listing().drops]
    archived = folder.resolve() / "done" / "sub"
    names = ("a.b.csv.gz", "a.b-2.csv.gz", "a.b-3.csv.gz")
    assert urls == [(archived / name).as_uri() for name in names]
    assert [(archived / name).read_bytes() for name in names] == [b"first", b"second", b"third"]
    assert store.listing().drops == []


def test_archiving_leaves_what_changed(folder, settings):
    path = write(folder / "a.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    write(path, b"new content")
    with pytest.raises(DropError, match="changed"):
        archive(store, drop)
    assert path.read_bytes() == b"new content"


def test_archiving_puts_back_what_changed_at_the_last_moment(folder, settings, monkeypatch):
    path = write(folder / "a.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    replacing = Path.replace

    def written_meanwhile(source, target):
        write(source, b"new content")
        return replacing(source, target)

    monkeypatch.setattr(Path, "replace", written_meanwhile)
    with pytest.raises(DropError, match="stays where it is"):
        archive(store, drop)
    assert path.read_bytes() == b"new content"


def test_archiving_between_disks_copies(folder, settings, monkeypatch):
    path = write(folder / "a.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops

    def other_disk(source, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "replace", other_disk)
    archive(store, drop)
    assert not path.exists()
    assert (folder / "done/a.csv").read_bytes() == b"content"


def test_an_archived_link_still_leads_somewhere(folder, settings, tmp_path):
    write(tmp_path / "elsewhere/b.csv")
    (folder / "b.csv").symlink_to("../elsewhere/b.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    archive(store, drop, "done/deep")
    assert not (folder / "b.csv").is_symlink()
    assert (folder / "done/deep/b.csv").read_bytes() == b"content"


def test_an_archive_that_cannot_be_leaves_the_drop(folder, settings):
    path = write(folder / "a.csv")
    store = open_store(str(folder), settings)
    (drop,) = store.listing().drops
    write(folder / "done", b"a file in the way")
    with pytest.raises(SourceError, match="can't be moved to the archive"):
        archive(store, drop)
    assert path.read_bytes() == b"content"


def test_a_single_file_is_offered_whatever_its_name_and_archived_beside_itself(folder, settings):
    path = write(folder / ".odd.tmp")
    store = open_store(str(path), settings)
    (drop,) = store.listing().drops
    assert (store.is_single_file, drop.path) == (True, ".odd.tmp")
    archive(store, drop)
    assert (folder / "done/.odd.tmp").read_bytes() == b"content"


def test_times_that_no_calendar_has_are_no_crash(folder, settings):
    path = write(folder / "a.csv")
    try:
        os.utime(path, (2**40, 2**40))
    except OSError:
        pytest.skip("this file system has no such times")
    assert paths(folder, settings) == ["a.csv"]


@pytest.mark.parametrize("source", ["ftp://host/x", "https://host/x", "S3://bucket"])
def test_another_scheme_is_refused(settings, source):
    with pytest.raises(UsageError, match="isn't supported"):
        open_store(source, settings)
