"""URLs of sources and drops."""

from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from ingest.errors import UsageError

SHAPES = {"s3": "s3://bucket/prefix", "sftp": "sftp://user@host:port/path"}
PORTS = (None, *range(1, 65536))
READABLE = "/=+@,~"
"""Left as they are in a URL's path, besides letters, digits and _.-"""


@dataclass(frozen=True)
class Location:
    """A source's URL in its parts; `host` is a bucket for S3."""

    scheme: str
    user: str | None
    host: str
    port: int | None
    path: str
    """Decoded, without the slash after the host; bytes that aren't UTF-8 as Python's surrogates."""

    @property
    def server(self) -> str:
        """The URL without its path."""
        user = f"{quoted(self.user, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{user}{host}{port}"

    def url(self, path: str) -> str:
        """The URL of another path on the same server."""
        return f"{self.server}/{quoted(path)}"


def parse_location(url: str) -> Location:
    """The parts of an s3:// or sftp:// URL; '?' and '#' are part of its path.

    Raise UsageError where it is wrong, or has a password; the message repeats nothing of it that
    could be one.
    """
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    user, _, address = authority.rpartition("@")
    user = decoded(user)
    is_split = "@" in path and not _port_of(address)  # a password may have a slash
    if ":" in user or (":" in authority and (scheme != "sftp" or is_split)):
        raise UsageError(
            f"{scheme}://…: a password in a URL is seen by everyone who sees a log; "
            + _instead_of_a_password(scheme)
        )
    host, port = address, None
    if scheme == "sftp":
        written = _port_of(address)
        host = address.removesuffix(f":{written}") if written else address
        port = int(written) if written else None
        host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
        if (":" in host and not address.startswith("[")) or port not in PORTS:
            raise UsageError(f"the port isn't one; write the source as {SHAPES[scheme]}")
    if not host or (user and scheme != "sftp"):
        raise UsageError(f"write the source as {SHAPES[scheme]}")
    return Location(scheme, user or None, host, port, decoded(path))


def quoted(text: str, safe: str = READABLE) -> str:
    """Text as part of a URL, whatever bytes it has."""
    return quote(text.encode("utf-8", "surrogateescape"), safe=safe)


def decoded(text: str) -> str:
    """Text of a URL without its percent signs; bytes that aren't UTF-8 as Python's surrogates."""
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _port_of(address: str) -> str:
    host, separator, port = address.rpartition(":")
    is_port = separator and port.isascii() and port.isdigit() and (":" not in host or "]" in host)
    return port if is_port else ""


def _instead_of_a_password(scheme: str) -> str:
    if scheme == "sftp":
        return "put it into AUDIENCE_VAULT_SFTP_PASSWORD"
    return "give credentials as AWS's own tools take them (AWS_PROFILE, AWS_ACCESS_KEY_ID, a role)"
