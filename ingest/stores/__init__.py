"""Where drops come from: a folder, S3 or SFTP."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol, Self

from ingest.errors import UsageError
from ingest.settings import Settings


@dataclass(frozen=True)
class Drop:
    """A file that a store offers, as it was when it was listed."""

    url: str
    """Percent-encoded, without a password; opens this file as a source of its own."""
    path: str
    """Path under the source, with slashes; the bare name for a single file."""
    size_bytes: int
    modified_at: datetime
    """UTC, naive."""
    version: str
    """The store's mark of this content under this URL: changes when the file does."""
    effective_at: datetime | None = field(default=None, compare=False)
    """UTC, naive: when all that it says takes effect, where its contract tells."""


@dataclass(frozen=True)
class Skipped:
    """A file or folder that was left alone, and why."""

    url: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What a store holds now. Hidden files and those with a temporary suffix are nowhere in it."""

    drops: list[Drop]
    """Finished files, oldest first."""
    unfinished: list[Drop]
    """Files that moved while they were listed."""
    unreadable: list[Skipped]
    """Folders that can't be looked into, links to nothing, and what is no file."""


class Store(Protocol):
    """A source of drops. Safe to use from several threads."""

    name: str
    """For messages; nothing secret in it."""

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, whatever its name."""

    def listing(self) -> Listing:
        """Everything under the source but its archive.

        Raise UsageError where there is no such source, SourceError where it can't be listed.
        """

    def find(self, path: str) -> Drop | None:
        """The file at a path under the source (for a single file: under its folder), if any."""

    def fetch(self, drop: Drop, target: Path, stop: Event | None = None) -> None:
        """Put exactly what was listed at `target`, going on where a try before left off.

        `stop` lets another thread end it. Raise DropError where the drop isn't what was listed,
        TransportError where trying again may help, SourceError where no drop can be had.
        """

    def confirm(self, drop: Drop) -> None:
        """Raise DropError if what fetch() gave can have changed since: call it before commit."""

    def archived(self, drop: Drop, folder: str, taken: Collection[str]) -> Drop:
        """The drop as it will be under a folder of the source: where nothing is, nor in `taken`.

        Raise SourceError where the store can't be asked.
        """

    def move(self, drop: Drop, target: Drop) -> None:
        """Move a drop within the source, over nothing.

        Raise DropError where the drop isn't what was listed any more, SourceError where the store
        doesn't let it be moved.
        """

    def close(self) -> None:
        """Let connections go."""

    def __enter__(self) -> Self:
        """The store itself."""

    def __exit__(self, *_: object) -> None:
        """Close it."""


def open_store(source: str, settings: Settings) -> Store:
    """The store of a path, file://, s3:// or sftp:// source; raise UsageError for another one."""
    scheme, separator, _ = source.partition("://")
    # Each is imported when it is asked for: boto3 and asyncssh take a third of a second each.
    if separator and scheme == "s3":
        from ingest.stores.s3 import S3Store  # noqa: PLC0415

        return S3Store(source, settings)
    if separator and scheme == "sftp":
        from ingest.stores.sftp import SFTPStore  # noqa: PLC0415

        return SFTPStore(source, settings)
    from ingest.stores.folder import FolderStore  # noqa: PLC0415

    if separator and scheme != "file":
        raise UsageError(
            f"'{scheme}://' isn't supported; give a folder, a file, or a file://, s3:// or "
            "sftp:// URL"
        )
    return FolderStore(source, settings)
