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
    """Keeps the key that a server shows where known_hosts doesn't have it."""

    shown: asyncssh.SSHKey | None = None

    def validate_host_public_key(
        self,
        host: str,
        addr: str,
        port: int,
        key: asyncssh.SSHKey,
    ) -> bool:
        """Never trust what isn't in known_hosts."""
        self.shown = key
        return False


def read_known_hosts(path: Path) -> asyncssh.SSHKnownHosts:
    """The file's keys, none where there is no file; raise SourceError where it can't be read."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return asyncssh.import_known_hosts(text)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: the known hosts can't be read: {error}") from error


async def other_key(location: Location, known: asyncssh.SSHKnownHosts) -> asyncssh.SSHKey | None:
    """The key of a server that has none of the known kinds any more: it ends such connections."""
    trusted, *_ = _match(location, known)
    kinds = [kind.decode() for key in trusted for kind in key.sig_algorithms]
    if not kinds or await _shown_key(location, kinds):
        return None
    return await _shown_key(location, [])


async def _shown_key(location: Location, kinds: list[str]) -> asyncssh.SSHKey | None:
    keys, options = HostKeys(), {"port": location.port, "server_host_key_algs": kinds}
    with suppress(asyncssh.Error, OSError):
        await asyncssh.connect(
            location.host,
            known_hosts=asyncssh.import_known_hosts(""),
            client_factory=lambda: keys,
            connect_timeout=ASK_SECONDS,
            **{name: value for name, value in options.items() if value},
        )
    return keys.shown


def _match(location: Location, known: asyncssh.SSHKnownHosts) -> tuple:
    """Keys, authorities, revoked keys and more of a host."""
    port = None if location.port == SSH_PORT else location.port
    return known.match(location.host, "", port)


def untrusted(
    location: Location, path: Path, known: asyncssh.SSHKnownHosts, shown: asyncssh.SSHKey | None
) -> SourceError:
    """What to do about a server whose key isn't trusted."""
    host, port = location.host, location.port
    is_default = port in (None, SSH_PORT)
    trusted, authorities, revoked, *_ = _match(location, known)
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
