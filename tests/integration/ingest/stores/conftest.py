"""Servers that hold drops, and a wire to them on which things go wrong."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from made_secrets import ACCESS_KEY, SECRET_KEY, SECRETS, SESSION_TOKEN
from moto.server import ThreadedMotoServer
from ssh_servers import SSHD, AsyncSSH, OpenSSH, Server
from wire import Proxy, free_port, wait_for_port

from ingest.settings import Settings
from ingest.stores import Store, open_store, retrying


@pytest.fixture
def patient(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings for servers that are near: short waits, three tries."""
    monkeypatch.setattr(retrying, "FIRST_WAIT_SECONDS", 0.02)
    return replace(settings, stall_seconds=3, fetch_tries=3)


@pytest.fixture(autouse=True)
def _logs_hold_no_secret_and_no_stray_error(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.records:
        told = record.getMessage()
        # A task that nobody waits for any more would tell its error to the operator's terminal.
        assert (record.name, record.levelname) != ("asyncio", "ERROR"), told
        assert not [secret for secret in SECRETS if secret in told], record.name


@dataclass
class Bucket:
    """A bucket of its own for a test, and the wire to it."""

    proxy: Proxy
    client: Any
    name: str
    settings: Settings

    def put(self, key: str, content: bytes = b"content", **more: Any) -> dict:
        return self.client.put_object(Bucket=self.name, Key=key, Body=content, **more)

    def keys(self) -> list[str]:
        page = self.client.list_objects_v2(Bucket=self.name)
        return [entry["Key"] for entry in page.get("Contents", ())]

    def open(self, prefix: str = "", **changes: Any) -> Store:
        return open_store(f"s3://{self.name}/{prefix}", replace(self.settings, **changes))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with credentials and nothing of this machine's own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no_config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no_credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return monkeypatch


def _client(port: int) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", config=config)


@pytest.fixture(scope="session")
def moto_port():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def bucket(moto_port: int, aws: pytest.MonkeyPatch, patient: Settings):
    """A bucket on moto, which knows versions and conditions."""
    proxy, client = Proxy(moto_port), _client(moto_port)
    aws.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
    aws.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    name = f"drops-{uuid4().hex}"
    client.create_bucket(Bucket=name)
    yield Bucket(proxy, client, name, patient)
    proxy.close()


@pytest.fixture(scope="session")
def rclone_server(tmp_path_factory: pytest.TempPathFactory):
    """The port of rclone's S3 server, which checks signatures."""
    folder, port = tmp_path_factory.mktemp("rclone"), free_port()
    binary = shutil.which("rclone", path=str(Path(sys.executable).parent))
    process = subprocess.Popen(
        [
            *(binary, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", ""),
            *("--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--vfs-cache-mode", "off"),
            str(folder),
        ],
        stderr=subprocess.DEVNULL,
    )
    wait_for_port(port)
    yield port
    process.terminate()
    process.wait()


@pytest.fixture
def signed_bucket(rclone_server: int, aws: pytest.MonkeyPatch, patient: Settings):
    """A bucket on rclone."""
    proxy, client = Proxy(rclone_server), _client(rclone_server)
    aws.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
    name = f"drops-{uuid4().hex}"
    client.create_bucket(Bucket=name)
    yield Bucket(proxy, client, name, patient)
    proxy.close()


@dataclass
class Remote:
    """A folder behind an SSH server, and the wire to it."""

    server: Server
    proxy: Proxy
    folder: Path
    settings: Settings

    def write(self, name: str, content: bytes = b"content", age_seconds: int = 1000) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        time = 1_700_000_000 - age_seconds
        os.utime(path, (time, time))
        return path

    def url(self, path: str = "") -> str:
        return f"sftp://{self.server.user}@127.0.0.1:{self.proxy.port}{self.folder}{path}"

    def open(self, path: str = "", **changes: Any) -> Store:
        return open_store(self.url(path), replace(self.settings, **changes))


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Server]:
    """Starts each kind of server once."""
    started: dict[str, OpenSSH | AsyncSSH] = {}

    def start(kind: str) -> Server:
        if kind not in started:
            folder = tmp_path_factory.mktemp(kind)
            started[kind] = OpenSSH(folder) if kind == "sshd" else AsyncSSH(folder)
        return started[kind].server

    yield start
    for server in started.values():
        server.close()


def _remote(server: Server, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    proxy, folder = Proxy(server.port), tmp_path / "remote"
    folder.mkdir()
    known = server.known_hosts(tmp_path / "known_hosts", proxy.port)
    settings = replace(settings, sftp_key=server.user_key, sftp_known_hosts=known)
    return Remote(server, proxy, folder, settings)


@pytest.fixture(params=["sshd", "asyncssh"])
def remote(request, ssh_server, tmp_path, patient, monkeypatch):
    """The same folder behind each kind of server."""
    if request.param == "sshd" and not SSHD:
        pytest.skip("OpenSSH's server isn't installed")
    remote = _remote(ssh_server(request.param), tmp_path, patient, monkeypatch)
    yield remote
    remote.proxy.close()


@pytest.fixture
def password_remote(ssh_server, tmp_path, patient, monkeypatch):
    """A folder behind asyncssh's server, which also takes a password and has locked folders."""
    remote = _remote(ssh_server("asyncssh"), tmp_path, patient, monkeypatch)
    yield remote
    remote.proxy.close()
