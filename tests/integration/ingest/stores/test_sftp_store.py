"""SFTP as a source: OpenSSH's server where it is installed, and asyncssh's."""

import os

import pytest
from looking import MIB, archive, fetch_all, only, paths

from ingest.errors import DropError, SourceError, UsageError
from ingest.stores import open_store, sftp
from ingest.stores.listing import fresh


def test_everything_below_a_folder_is_listed_oldest_first(remote):
    remote.write("b.csv", age_seconds=30)
    remote.write("sub/deep/a.csv", age_seconds=10)
    remote.write("c.csv", age_seconds=20)
    for name in (".hidden.csv", "d.csv.tmp", "sub/e.filepart", "done/f.csv", "_temporary/g.csv"):
        remote.write(name)
    with remote.open(archive="done") as store:
        assert paths(store) == ["b.csv", "c.csv", "sub/deep/a.csv"]
        assert store.listing().drops[0].url == remote.url("/b.csv")
        assert not store.is_single_file


@pytest.mark.parametrize(
    "name",
    [
        *(b"a b.csv", b"100%.csv", b"a%20b.csv", b"what?.csv", b"n#1.csv", b"\xff\xfe.csv"),
        *("تجربة.csv".encode(), b"user@host:22.csv", b"new\nline.csv"),
    ],
)
def test_any_name_is_read_by_path_and_by_url(remote, tmp_path, name):
    remote.write(os.fsdecode(name), name)
    with remote.open() as store:
        drop = only(store)
        assert os.fsencode(drop.path) == name
        assert fetch_all(remote, tmp_path, store) == [name]
    with open_store(drop.url, remote.settings) as store:
        assert store.is_single_file
        assert only(store) == drop
        assert fetch_all(remote, tmp_path, store) == [name]


def test_links_are_followed_once_and_what_is_no_file_is_told(remote):
    remote.write("real/a.csv")
    (remote.folder / "a_link").symlink_to("real")
    (remote.folder / "real/up").symlink_to("..")
    remote.folder.with_name("elsewhere").mkdir()
    (remote.folder.with_name("elsewhere") / "b.csv").write_bytes(b"content")
    (remote.folder / "linked").symlink_to("../elsewhere")
    (remote.folder / "linked_again").symlink_to("../elsewhere")
    (remote.folder / "c.csv").symlink_to("real/a.csv")
    (remote.folder / "nothing.csv").symlink_to("nowhere")
    os.mkfifo(remote.folder / "pipe.csv")
    with remote.open() as store:
        listing = store.listing()
    assert sorted(drop.path for drop in listing.drops) == ["c.csv", "linked/b.csv", "real/a.csv"]
    reasons = {skipped.url.rpartition("/")[2]: skipped.reason for skipped in listing.unreadable}
    assert reasons == {
        "nothing.csv": "is a link to nothing",
        "pipe.csv": "is neither a file nor a folder",
    }


def test_a_folder_that_cannot_be_read_is_told(password_remote):
    password_remote.write("open/a.csv")
    password_remote.write("locked/a.csv")
    password_remote.write("broken/a.csv")
    with password_remote.open() as store:
        listing = store.listing()
    assert [drop.path for drop in listing.drops] == ["open/a.csv"]
    assert [(s.url, s.reason) for s in listing.unreadable] == [
        (password_remote.url("/broken"), "can't be read: the server says: Input/output error"),
        (password_remote.url("/locked"), "can't be read: permission denied"),
    ]
    with password_remote.open("/locked") as store, pytest.raises(SourceError, match="denied"):
        store.listing()


def test_a_file_that_is_being_written_is_left_alone_whatever_the_clocks_say(remote, monkeypatch):
    remote.write("old.csv", age_seconds=5000)
    remote.write("growing.csv")  # the newest, though long ago by our clock
    remote.write("as_new.csv")

    def first_look(*arguments):
        remote.write("growing.csv", b"more content", age_seconds=999)
        return fresh(*arguments)

    monkeypatch.setattr(sftp, "fresh", first_look)
    with remote.open(settle_seconds=0.1) as store:
        listing = store.listing()
    assert [drop.path for drop in listing.drops] == ["old.csv", "as_new.csv"]
    assert [drop.path for drop in listing.unfinished] == ["growing.csv"]


def test_large_files_and_several_at_once_come_whole(remote, tmp_path):
    contents = [os.urandom(number * MIB + number) for number in range(6)]
    for number, content in enumerate(contents):
        remote.write(f"{number}.bin", content, age_seconds=100 - number)
    with remote.open() as store:
        assert fetch_all(remote, tmp_path, store) == contents
    assert len(remote.proxy.lines) == 1  # one connection for all


def test_archiving_never_overwrites(remote):
    urls = []
    with remote.open(archive="done") as store:
        for content in (b"first", b"second", b"third"):
            remote.write("sub/a.csv.gz", content)
            urls.append(archive(store, only(store)))
        assert paths(store) == []
    names = ("a.csv.gz", "a-2.csv.gz", "a-3.csv.gz")
    assert urls == [remote.url(f"/done/sub/{name}") for name in names]
    archived = [(remote.folder / "done/sub" / name).read_bytes() for name in names]
    assert archived == [b"first", b"second", b"third"]


def test_archiving_leaves_what_changed(remote):
    remote.write("a.csv")
    with remote.open() as store:
        drop = only(store)
        path = remote.write("a.csv", b"new content")
        with pytest.raises(DropError, match="stays where it is"):
            archive(store, drop)
    assert path.read_bytes() == b"new content"


def test_an_archived_link_still_leads_somewhere(remote):
    remote.folder.with_name("elsewhere.csv").write_bytes(b"content")
    (remote.folder / "a.csv").symlink_to("../elsewhere.csv")
    with remote.open() as store:
        archive(store, only(store), "done/deep")
    assert not (remote.folder / "a.csv").is_symlink()
    assert (remote.folder / "done/deep/a.csv").read_bytes() == b"content"


def test_an_archive_that_cannot_be_leaves_the_drop(remote):
    path = remote.write("a.csv")
    with remote.open(fetch_tries=1) as store:
        drop = only(store)
        remote.write("done", b"a file in the way")
        with pytest.raises(SourceError, match="can't be moved to the archive"):
            archive(store, drop)
    assert path.read_bytes() == b"content"


def test_a_single_file_has_companions_and_an_archive_beside_it(remote):
    remote.write("in/a.csv")
    remote.write("in/a.csv.done", b"")
    with remote.open("/in/a.csv") as store:
        assert store.find("a.csv.done").size_bytes == 0
        assert store.find("b.csv") is None
        archive(store, only(store), "archive")
    assert (remote.folder / "in/archive/a.csv").exists()


def test_a_path_may_start_at_home(password_remote, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(b"content")
    server = f"sftp://someone@127.0.0.1:{password_remote.proxy.port}"
    monkeypatch.chdir(tmp_path)  # where asyncssh's server starts
    with open_store(f"{server}/~/a.csv", password_remote.settings) as store:
        assert only(store).url == f"{server}/~/a.csv"


def test_nothing_there_is_told(remote):
    with pytest.raises(UsageError, match="nowhere isn't there"):
        remote.open("/nowhere")
    os.mkfifo(remote.folder / "pipe")
    with pytest.raises(UsageError, match="neither a folder nor a file"):
        remote.open("/pipe")
