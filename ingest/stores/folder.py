"""Drops in a folder, or one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from ingest.errors import DropError, UsageError
from ingest.stores import Drop

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", "~")


class FolderStore:
    """A local folder, read with everything below it, or a single file."""

    def __init__(self, source: str) -> None:
        """`source` is a path or a file:// URL; raise UsageError where nothing is there."""
        self.root = _local_path(source)
        if not self.root.exists():
            raise UsageError(f"{source}: there is no such file or folder")

    @property
    def is_single_file(self) -> bool:
        """Whether the source is one file, whatever its name."""
        return self.root.is_file()

    def drops(self) -> list[Drop]:
        """Finished files, oldest first. Hidden and temporary ones are left alone."""
        if self.is_single_file:
            return [_drop(self.root, self.root.name)]
        found = []
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root)
            hidden = any(part.startswith(".") for part in relative.parts)
            if not hidden and not path.name.endswith(UNFINISHED) and path.is_file():
                found.append(_drop(path, relative.as_posix()))
        return sorted(found, key=lambda drop: (drop.modified_at, drop.url))

    @contextmanager
    def fetch(self, drop: Drop) -> Iterator[Path]:
        """The drop as a local file with a plain name, so that no reader takes it for a pattern.

        Raise DropError if it isn't what was listed, before or after.
        """
        path = _local_path(drop.url)
        _check_unchanged(path, drop)
        with TemporaryDirectory(prefix="audience-vault-") as folder:
            link = Path(folder) / "drop"
            link.symlink_to(path)
            yield link
        _check_unchanged(path, drop)


def _local_path(source: str) -> Path:
    if source.startswith("file:"):
        return Path(unquote(urlsplit(source).path)).resolve()
    if "://" in source:
        scheme = source.partition("://")[0]
        raise UsageError(
            f"{source}: '{scheme}' isn't supported; give a folder, file or file:// URL"
        )
    return Path(source).expanduser().resolve()


def _drop(path: Path, relative: str) -> Drop:
    stat = path.stat()
    modified = datetime.fromtimestamp(stat.st_mtime_ns // 1000 / 1_000_000, UTC)
    return Drop(
        url=path.as_uri(),
        path=relative,
        size_bytes=stat.st_size,
        modified_at=modified.replace(tzinfo=None),
        version=f"{stat.st_size}-{stat.st_mtime_ns}",
    )


def _check_unchanged(path: Path, drop: Drop) -> None:
    try:
        now = _drop(path, drop.path)
    except OSError as error:
        raise DropError(f"the file can't be read any more: {error.strerror}") from error
    if now.version != drop.version:
        raise DropError("the file changed while it was read; load it again when it is complete")
