"""SFTP as a source: OpenSSH's server where it is installed, and asyncssh's."""

import os
import time
import traceback
from dataclasses import replace
from pathlib import Path
from threading import Event

import asyncssh
import pytest
from conftest import SECRETS
from ssh_servers import PASSPHRASE, PASSWORD

from ingest.errors import DropError, SourceError, TransportError, UsageError
from ingest.fetching import fetched
from ingest.stores import open_store, sftp
from ingest.stores.listing import fresh

MIB = 1024 * 1024


def paths(store) -> list[str]:
    return [drop.path for drop in store.listing().drops]


def only(store):
    (drop,) = store.listing().drops
    return drop


def fetch_all(remote, store, tmp_path: Path) -> list:
    """What the loader gets: files' contents, or why there is none."""
    turns = fetched(store, store.listing().drops, tmp_path, remote.settings)
    return [told if isinstance(told, DropError) else told.read_bytes() for _, told in turns]


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
        assert fetch_all(remote, store, tmp_path) == [name]
    with open_store(drop.url, remote.settings) as store:
        assert store.is_single_file
        assert only(store) == drop
        assert fetch_all(remote, store, tmp_path) == [name]


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
    with password_remote.open() as store:
        listing = store.listing()
    assert [drop.path for drop in listing.drops] == ["open/a.csv"]
    assert [(s.url, s.reason) for s in listing.unreadable] == [
        (password_remote.url("/locked"), "can't be read: permission denied")
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
        assert fetch_all(remote, store, tmp_path) == contents
    assert len(remote.proxy.lines) == 1  # one connection for all


@pytest.mark.parametrize("kind", ["cut", "reset", "stall", "flip"])
def test_a_transfer_that_breaks_off_goes_on_where_it_was(remote, tmp_path, kind):
    content = os.urandom(16 * MIB)
    remote.write("a.bin", content)
    with remote.open() as store:
        drop = only(store)
        remote.proxy.befall(kind, 9 * MIB)
        ((_, path),) = fetched(store, [drop], tmp_path, remote.settings)
        # The path is gone after its turn, so the content is looked at in the same breath.
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
    silent = "the server has been silent for 1 seconds"
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
        (refused,) = fetch_all(remote, store, tmp_path)
    assert "changed while it was read" in str(refused)


def test_a_transfer_can_be_stopped(remote, tmp_path):
    remote.write("a.bin", os.urandom(8 * MIB))
    stop = Event()
    stop.set()
    with remote.open() as store, pytest.raises(TransportError, match="stopped"):
        store.fetch(only(store), tmp_path / "fetched", stop)


def test_archiving_never_overwrites(remote):
    urls = []
    with remote.open(archive="done") as store:
        for content in (b"first", b"second", b"third"):
            remote.write("sub/a.csv.gz", content)
            urls.append(store.archive(only(store), "done"))
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
            store.archive(drop, "done")
    assert path.read_bytes() == b"new content"


def test_an_archived_link_still_leads_somewhere(remote):
    remote.folder.with_name("elsewhere.csv").write_bytes(b"content")
    (remote.folder / "a.csv").symlink_to("../elsewhere.csv")
    with remote.open() as store:
        store.archive(only(store), "done/deep")
    assert not (remote.folder / "a.csv").is_symlink()
    assert (remote.folder / "done/deep/a.csv").read_bytes() == b"content"


def test_an_archive_that_cannot_be_leaves_the_drop(remote):
    path = remote.write("a.csv")
    with remote.open(fetch_tries=1) as store:
        drop = only(store)
        remote.write("done", b"a file in the way")
        with pytest.raises(SourceError, match="can't be moved to the archive"):
            store.archive(drop, "done")
    assert path.read_bytes() == b"content"


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
        assert store.archive(drop, "done") == remote.url("/done/a.csv")
    assert (remote.folder / "done/a.csv").read_bytes() == b"content"


def test_a_single_file_has_companions_and_an_archive_beside_it(remote):
    remote.write("in/a.csv")
    remote.write("in/a.csv.done", b"")
    with remote.open("/in/a.csv") as store:
        assert store.find("a.csv.done").size_bytes == 0
        assert store.find("b.csv") is None
        store.archive(only(store), "archive")
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


def host_key_line(told: str) -> str:
    return told.rpartition("`")[0].rpartition("`")[2]


def test_an_unknown_host_is_told_and_how_to_add_it(remote, tmp_path):
    empty = tmp_path / "empty"
    fingerprint = remote.server.host_key.get_fingerprint()
    for known_hosts in (empty, tmp_path / "missing"):
        empty.touch()
        with pytest.raises(SourceError) as error:
            remote.open(sftp_known_hosts=known_hosts)
        told = str(error.value)
        assert "the host isn't known" in told
        assert f"ssh-ed25519 {fingerprint}" in told
        assert fingerprint.startswith("SHA256:")
        assert "Verify the fingerprint with the host's owner first" in told
        scan = f"ssh-keyscan -p {remote.proxy.port} -t ed25519 127.0.0.1 >> {known_hosts}"
        assert host_key_line(told) == scan


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_changed_host_key_is_told_and_how_to_replace_it(remote, tmp_path, algorithm):
    other = asyncssh.generate_private_key(algorithm)
    path = remote.server.known_hosts(tmp_path / "other hosts", remote.proxy.port, other)
    with pytest.raises(SourceError) as error:
        remote.open(sftp_known_hosts=path)
    told = str(error.value)
    assert "THE HOST'S KEY HAS CHANGED" in told
    assert remote.server.host_key.get_fingerprint() in told
    assert host_key_line(told) == (
        f"ssh-keygen -f '{path}' -R '[127.0.0.1]:{remote.proxy.port}' && "
        f"ssh-keyscan -p {remote.proxy.port} -t ed25519 127.0.0.1 >> '{path}'"
    )


def test_a_revoked_host_key_is_refused(remote, tmp_path):
    path = remote.server.known_hosts(tmp_path / "known", remote.proxy.port)
    path.write_text(f"@revoked {path.read_text()}\n{path.read_text()}")
    with pytest.raises(SourceError, match="calls it revoked"):
        remote.open(sftp_known_hosts=path)


def test_a_host_whose_key_changes_while_drops_are_fetched_gives_no_more(remote, tmp_path):
    remote.write("a.bin", os.urandom(8 * MIB))
    with remote.open() as store:
        drop = only(store)
        other = asyncssh.generate_private_key("ssh-ed25519")
        known_hosts = remote.settings.sftp_known_hosts
        remote.server.known_hosts(known_hosts, remote.proxy.port, other)
        remote.proxy.befall("cut", MIB)
        ((_, failed),) = fetched(store, [drop], tmp_path, remote.settings)
    assert "THE HOST'S KEY HAS CHANGED" in str(failed)


def test_a_password_a_locked_key_and_an_agent_let_in(password_remote):
    remote = password_remote
    remote.write("a.csv")
    with remote.open(sftp_key=None, sftp_password=PASSWORD) as store:
        assert paths(store) == ["a.csv"]
    locked = remote.server.folder / "locked_key"
    with remote.open(sftp_key=locked, sftp_key_passphrase=PASSPHRASE) as store:
        assert paths(store) == ["a.csv"]


def test_a_key_in_the_home_folder_lets_in(remote, tmp_path):
    remote.write("a.csv")
    (tmp_path / ".ssh").mkdir()
    key = tmp_path / ".ssh/id_ed25519"
    key.write_bytes(remote.server.user_key.read_bytes())
    key.chmod(0o600)
    with remote.open(sftp_key=None) as store:
        assert paths(store) == ["a.csv"]


def test_who_is_not_let_in_is_told_what_was_tried(password_remote, tmp_path):
    remote = password_remote
    stranger = tmp_path / "stranger"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(stranger)
    locked = remote.server.folder / "locked_key"
    garbage = tmp_path / "garbage"
    garbage.write_text(f"no key at all, but {PASSWORD}")
    wrong = PASSWORD[:-1] + "?"
    cases = [
        ({"sftp_key": stranger}, "doesn't let us in: tried the key"),
        ({"sftp_key": None, "sftp_password": wrong}, "agent, keys and a password"),
        ({"sftp_key": locked}, "AUDIENCE_VAULT_SFTP_KEY_PASSPHRASE doesn't open it"),
        ({"sftp_key": locked, "sftp_key_passphrase": wrong}, "PASSPHRASE doesn't open it"),
        ({"sftp_key": garbage}, "the private key can't be read"),
        ({"sftp_key": tmp_path / "nowhere"}, "AUDIENCE_VAULT_SFTP_KEY is"),
    ]
    told = []
    for changes, reason in cases:
        with pytest.raises(SourceError, match=reason) as error:
            remote.open(**changes)
        told += traceback.format_exception(error.value)
    secrets = (*SECRETS, wrong)
    assert not [secret for secret in secrets if secret in "".join(told)]


def test_settings_show_no_secret(patient):
    settings = replace(patient, sftp_password=PASSWORD, sftp_key_passphrase=PASSPHRASE)
    assert not [secret for secret in SECRETS if secret in repr(settings) + str(settings)]


@pytest.mark.parametrize(
    "source",
    [
        f"sftp://someone:{PASSWORD}@host/x",
        f"sftp://someone:{PASSWORD}@host:22/x",
        "sftp://someone:p/w@host/x",
        "sftp://:p@host/x",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(patient, source):
    with pytest.raises(UsageError, match="AUDIENCE_VAULT_SFTP_PASSWORD") as error:
        open_store(source, patient)
    assert not [part for part in (PASSWORD, "p/w", "someone") if part in str(error.value)]


@pytest.mark.parametrize(
    "source", ["sftp://", "sftp:///x", "sftp://host:port/x", "sftp://h:99999/"]
)
def test_another_form_of_url_is_refused(patient, source):
    with pytest.raises(UsageError, match="sftp://user@host:port/path"):
        open_store(source, patient)


def test_a_server_that_is_not_there_or_says_nothing_is_told(remote, patient):
    with pytest.raises(SourceError, match=r"can't be reached .*tried 3 times"):
        open_store("sftp://127.0.0.1:1/x", patient)
    for _ in range(2):
        remote.proxy.befall("stall", 0)
    started = time.monotonic()
    with pytest.raises(SourceError, match="can't be reached"):
        remote.open(fetch_tries=2, stall_seconds=0.5)
    assert time.monotonic() - started < 5
