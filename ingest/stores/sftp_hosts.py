"""Whether an SSH server is who it says it is."""

import shlex
from contextlib import suppress
from pathlib import Path

import asyncssh

from ingest.errors import SourceError
from ingest.stores.urls import Location

KEY_TYPES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}
SSH_PORT = 22
ASK_SECONDS = 10


class HostKeys(asyncssh.SSHClient):
    """Keeps the key that a server shows where known_hosts doesn't have it, and whose it is.

    ~/.ssh/config may say that a host is really called otherwise, or has another port.
    """

    shown: asyncssh.SSHKey | None = None
    host = address = ""
    port = SSH_PORT

    def validate_host_public_key(
        self,
        host: str,
        addr: str,
        port: int,
        key: asyncssh.SSHKey,
    ) -> bool:
        """Never trust what isn't in known_hosts."""
        self.shown, self.host, self.address, self.port = key, host, addr, port
        return False

    def known(self, hosts: asyncssh.SSHKnownHosts) -> tuple[list, list, list]:
        """Keys, authorities and revoked keys that known_hosts has for the host."""
        port = None if self.port == SSH_PORT else self.port
        keys, authorities, revoked, *_ = hosts.match(self.host, self.address, port)
        return keys, authorities, revoked


def read_known_hosts(path: Path) -> asyncssh.SSHKnownHosts:
    """The file's keys, none where there is no file; raise SourceError where it can't be read."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace") if path.exists() else ""
        return asyncssh.import_known_hosts(text)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: the known hosts can't be read: {error}") from error


async def other_key(location: Location, hosts: asyncssh.SSHKnownHosts) -> HostKeys | None:
    """The key of a server that has none of the known kinds any more: it ends such connections."""
    keys = await _shown_key(location, [])
    trusted, *_ = keys.known(hosts)
    if keys.shown is None or not trusted or keys.shown in trusted:
        return None
    kinds = [kind.decode() for key in trusted for kind in key.sig_algorithms]
    return None if (await _shown_key(location, kinds)).shown else keys


async def _shown_key(location: Location, kinds: list[str]) -> HostKeys:
    keys, options = HostKeys(), {"port": location.port, "server_host_key_algs": kinds}
    with suppress(asyncssh.Error, OSError):
        await asyncssh.connect(
            location.host,
            known_hosts=asyncssh.import_known_hosts(""),
            client_factory=lambda: keys,
            connect_timeout=ASK_SECONDS,
            **{name: value for name, value in options.items() if value},
        )
    return keys


def untrusted(
    location: Location, path: Path, hosts: asyncssh.SSHKnownHosts, keys: HostKeys
) -> SourceError:
    """What to do about a server whose key isn't trusted."""
    shown, host, port = keys.shown, keys.host, keys.port
    is_default = port == SSH_PORT
    trusted, authorities, revoked = keys.known(hosts)
    if shown is None or shown in revoked:
        return SourceError(
            f"{location.server}: {path} doesn't trust the host's key or certificate, or calls it "
            "revoked; ask the host's owner"
        )
    key = f"{shown.get_algorithm()} {shown.get_fingerprint()}"
    scan = ["ssh-keyscan", *([] if is_default else ["-p", str(port)])]
    scan += ["-t", _key_type(shown.get_algorithm()), host]
    add = f"{shlex.join(scan)} >> {shlex.quote(str(path))}"
    if not trusted and not authorities:
        return SourceError(
            f"{location.server}: the host isn't known: it shows the key {key}, and {path} has none "
            "of it. Verify the fingerprint with the host's owner first, then add the key by "
            f"`{add}`"
        )
    name = host if is_default else f"[{host}]:{port}"
    remove = shlex.join(["ssh-keygen", "-f", str(path), "-R", name])
    return SourceError(
        f"{location.server}: THE HOST'S KEY HAS CHANGED: it shows {key}, and {path} has another "
        "one. Either it was set up anew, or someone else answers in its place. Verify the "
        "fingerprint with the host's owner first, then replace the key by "
        f"`{remove} && {add}`"
    )


def _key_type(algorithm: str) -> str:
    return KEY_TYPES.get(algorithm, "ecdsa" if algorithm.startswith("ecdsa") else algorithm)
