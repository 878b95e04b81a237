"""Who is who: hosts by their keys, users by keys, agents and passwords."""

import os
import shutil
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from looking import MIB, only, paths
from made_secrets import PASSPHRASE, PASSWORD, SECRETS

from ingest.errors import SourceError, UsageError
from ingest.stores import open_store
from ingest.stores.fetching import fetched


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


def in_config(home: Path, port: int, *more: str) -> None:
    """An entry of ~/.ssh/config, by which `feed` is this machine."""
    (home / ".ssh").mkdir(exist_ok=True)
    lines = ["Host feed", "HostName 127.0.0.1", f"Port {port}", *more]
    (home / ".ssh/config").write_text("\n".join(lines))


@pytest.mark.parametrize("algorithm", [None, "ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_host_is_known_by_what_the_ssh_config_calls_it(remote, tmp_path, algorithm):
    server, port = remote.server, remote.proxy.port
    in_config(tmp_path, port, f"User {server.user}")
    remote.write("a.csv")
    source = f"sftp://feed{remote.folder}"
    with open_store(source, remote.settings) as store:
        assert paths(store) == ["a.csv"]
    path = tmp_path / "other"
    if algorithm:
        server.known_hosts(path, port, asyncssh.generate_private_key(algorithm))
    with pytest.raises(SourceError) as error:
        open_store(source, replace(remote.settings, sftp_known_hosts=path))
    assert ("KEY HAS CHANGED" if algorithm else "the host isn't known") in str(error.value)
    scan = f"ssh-keyscan -p {port} -t ed25519 127.0.0.1 >> {path}"
    assert host_key_line(str(error.value)).endswith(scan)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("Port many", "config line 4: Invalid Port integer value: many"),
        ("ProxyJump feed", "maximum recursion depth"),
    ],
)
def test_an_ssh_config_that_cannot_be_used_is_told(remote, tmp_path, config, reason):
    in_config(tmp_path, remote.proxy.port, config)
    with pytest.raises(SourceError, match=f"~/.ssh/config can't be used: .*{reason}"):
        open_store(f"sftp://feed{remote.folder}", remote.settings)
    (tmp_path / ".ssh/config").unlink()
    (tmp_path / ".ssh/config").mkdir()
    with pytest.raises(SourceError, match="config can't be read: Is a directory"):
        remote.open()


def test_a_password_or_a_locked_key_lets_in(password_remote):
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


@pytest.fixture
def agent(tmp_path, monkeypatch) -> Iterator[Callable[[Path], None]]:
    """A running agent; adds a key to it."""
    if not shutil.which("ssh-agent"):
        pytest.skip("OpenSSH's client isn't installed")
    socket = tmp_path / "agent"
    command = [shutil.which("ssh-agent"), "-D", "-a", socket]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.01)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    yield lambda key: subprocess.run([shutil.which("ssh-add"), "-q", key], check=True)
    process.terminate()
    process.wait()


def test_an_agent_lets_in(remote, agent):
    remote.write("a.csv")
    agent(remote.server.user_key)
    with remote.open(sftp_key=None) as store:
        assert paths(store) == ["a.csv"]


def test_an_agent_of_many_keys_keeps_nobody_out_who_has_one(remote, tmp_path, agent):
    """OpenSSH's server ends a connection after six keys that it doesn't know."""
    remote.write("a.csv")
    for number in range(7):
        stranger = tmp_path / f"stranger_{number}"
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(stranger)
        stranger.chmod(0o600)
        agent(stranger)
    with remote.open() as store:
        assert paths(store) == ["a.csv"]
    if remote.server.kind == "sshd":
        with pytest.raises(SourceError, match=r"let us in \(Too many .*tried agent, keys"):
            remote.open(sftp_key=None)
        assert len(remote.proxy.lines) == 2  # who is locked out isn't helped by more tries


def test_a_password_is_tried_before_other_keys(password_remote, agent, caplog):
    agent(password_remote.server.folder / "host_key")
    with password_remote.open(sftp_key=None, sftp_password=PASSWORD):
        pass
    told = {record.getMessage().partition("] ")[2] for record in caplog.records}
    assert {line for line in told if line.startswith("Trying")} == {"Trying password auth"}


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
        ({"sftp_key": None, "sftp_password": f"{PASSWORD}\udcff"}, "characters that SSH can't"),
    ]
    told = []
    for changes, reason in cases:
        with pytest.raises(SourceError, match=reason) as error:
            remote.open(**changes)
        told += traceback.format_exception(error.value)
    secrets = (*SECRETS, wrong)
    assert not [secret for secret in secrets if secret in "".join(told)]


def test_a_key_in_the_home_folder_that_is_none_is_told(remote, tmp_path):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/id_ed25519").write_text("no key")
    with pytest.raises(SourceError, match=r"^a key in ~/.ssh: the private key can't be read"):
        remote.open(sftp_key=None)


@pytest.mark.parametrize("user", ["%FF", "a%00b", "%E2%80%AEx"])
def test_a_user_that_cannot_be_is_told(remote, user):
    source = f"sftp://{user}@127.0.0.1:{remote.proxy.port}/x"
    with pytest.raises(SourceError, match="user") as error:
        open_store(source, remote.settings)
    assert f"sftp://{user}@" in str(error.value)


def test_settings_show_no_secret(patient):
    settings = replace(patient, sftp_password=PASSWORD, sftp_key_passphrase=PASSPHRASE)
    assert not [secret for secret in SECRETS if secret in repr(settings) + str(settings)]


@pytest.mark.parametrize(
    "source",
    [
        f"sftp://someone:{PASSWORD}@host/x",
        f"sftp://someone:{PASSWORD}@host:22/x",
        f"sftp://someone%3A{PASSWORD}@host/x",
        "sftp://someone:p/w@host/x",
        "sftp://:p@host/x",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(patient, source):
    with pytest.raises(UsageError, match="AUDIENCE_VAULT_SFTP_PASSWORD") as error:
        open_store(source, patient)
    assert not [part for part in (PASSWORD, "p/w", "someone") if part in str(error.value)]


@pytest.mark.parametrize(
    "source", ["sftp://", "sftp:///x", "sftp://host:port/x", "sftp://h:99999/", "sftp://h:0/"]
)
def test_another_form_of_url_is_refused(patient, source):
    with pytest.raises(UsageError, match="sftp://user@host:port/path"):
        open_store(source, patient)
