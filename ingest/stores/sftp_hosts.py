"""Whether an SSH server is who it says it is."""

import shlex
from pathlib import Path

import asyncssh

from ingest.errors import SourceError
from ingest.stores.urls import Location

KEY_TYPES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}
SSH_PORT = 22


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


def untrusted(
    location: Location, path: Path, known: asyncssh.SSHKnownHosts, shown: asyncssh.SSHKey | None
) -> SourceError:
    """What to do about a server whose key isn't trusted."""
    host, port = location.host, location.port
    is_default = port in (None, SSH_PORT)
    trusted, authorities, revoked, *_ = known.match(host, "", None if is_default else port)
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
