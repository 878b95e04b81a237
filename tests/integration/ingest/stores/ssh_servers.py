"""SSH servers of this machine's: OpenSSH where it is installed, and asyncssh's."""

import asyncio
import getpass
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import asyncssh
from made_secrets import PASSPHRASE, PASSWORD
from wire import free_port, wait_for_port

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class Server:
    """A running server, and what its users need."""

    kind: str
    port: int
    folder: Path
    user: str
    host_key: asyncssh.SSHKey

    @property
    def user_key(self) -> Path:
        return self.folder / "user_key"

    def known_hosts(self, path: Path, port: int, key: asyncssh.SSHKey | None = None) -> Path:
        """A known_hosts file with the host's key, or another, under a port of this machine."""
        public = (key or self.host_key).export_public_key().decode()
        path.write_text(f"[127.0.0.1]:{port} {public}")
        return path


def make_keys(folder: Path) -> asyncssh.SSHKey:
    """Write what a server needs; its host key."""
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    host.write_private_key(folder / "host_key")
    user.write_private_key(folder / "user_key")
    user.write_private_key(folder / "locked_key", passphrase=PASSPHRASE)
    user.write_public_key(folder / "authorized_keys")
    for name in ("host_key", "user_key", "locked_key"):
        (folder / name).chmod(0o600)
    return host


class OpenSSH:
    """sshd, as this user."""

    def __init__(self, folder: Path):
        port, host_key = free_port(), make_keys(folder)
        (folder / "config").write_text(CONFIG.format(port=port, folder=folder))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        command = [SSHD, "-D", "-e", "-f", str(folder / "config")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for_port(port)
        self.server = Server("sshd", port, folder, getpass.getuser(), host_key)

    def close(self):
        self._process.terminate()
        self._process.wait()


class _Users(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return password == PASSWORD


PART_BYTES, PART_SECONDS = 4096, 0.06


class _Files(asyncssh.SFTPServer):
    """This machine's files; folders named locked let nobody in, broken ones can't be listed.

    Files that end in .slow come in small parts, one after the other.
    """

    def __init__(self, channel):
        super().__init__(channel)
        self._slow = set()

    async def scandir(self, path):
        if path.endswith(b"/locked"):
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if path.endswith(b"/broken"):
            raise asyncssh.SFTPFailure("Input/output error")
        async for entry in super().scandir(path):
            yield entry

    def open(self, path, pflags, attrs):
        file = super().open(path, pflags, attrs)
        if path.endswith(b".slow"):
            self._slow.add(file)
        return file

    async def read(self, file_obj, offset, size):
        if file_obj in self._slow:
            await asyncio.sleep(PART_SECONDS)
            size = min(size, PART_BYTES)
        return super().read(file_obj, offset, size)


class AsyncSSH:
    """asyncssh's server, in a thread."""

    def __init__(self, folder: Path):
        host_key = make_keys(folder)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def listen():
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_factory=_Users,
                server_host_keys=[host_key],
                authorized_client_keys=str(folder / "authorized_keys"),
                sftp_factory=_Files,
            )

        self._listener = asyncio.run_coroutine_threadsafe(listen(), self._loop).result()
        self.server = Server("asyncssh", self._listener.get_port(), folder, "someone", host_key)

    def close(self):
        async def end():
            self._listener.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
