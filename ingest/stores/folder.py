"""Drops in a folder, or one file."""

import errno
import os
import shutil
import stat
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Self

from ingest.errors import DropError, SourceError, UsageError
from ingest.settings import Settings
from ingest.stores import Drop, Listing, Skipped
from ingest.stores.listing import (
    archive_paths,
    fresh,
    instant,
    is_hidden,
    is_unfinished,
    settled,
)
from ingest.stores.urls import decoded

CHANGED = "the file changed while it was read; load it again when it is complete"


class FolderStore:
    """A local folder, read with everything below it, or a single file."""

    def __init__(self, source: str, settings: Settings) -> None:
        """`source` is a path or a file:// URL; raise UsageError where nothing is there."""
        path = _local_path(source)
        self.name = source
        self.is_single_file = path.is_file()
        if not self.is_single_file and not path.is_dir():
            there = "is neither a folder nor a file" if os.path.lexists(path) else "isn't there"
            raise UsageError(f"{source}: {there}")
        self._folder = path.parent if self.is_single_file else path
        self._file = path.name if self.is_single_file else None
        self._archive = settings.archive
        self._settle_seconds = settings.settle_seconds

    def listing(self) -> Listing:
        """Links to folders are followed, each folder being read once."""
        unreadable: list[Skipped] = []
        if self._file is not None:
            only = self.find(self._file)
            found = [only] if only else []
        else:
            walk = _Walk(self._folder, self._archive)
            files = walk.run(self.name)
            found = [self._drop(path, status) for path, status in files]
            unreadable = [Skipped(self._url(path), why) for path, why in walk.unreadable]
        waiting = fresh(found, self._settle_seconds, datetime.now(UTC).replace(tzinfo=None))
        if waiting:
            time.sleep(self._settle_seconds)
        again = {drop.path: self.find(drop.path) for drop in waiting}
        return settled(found, again, unreadable)

    def find(self, path: str) -> Drop | None:
        """The file at a path under the folder, if any."""
        try:
            status = (self._folder / path).stat()
        except OSError:
            return None
        return self._drop(path, status) if stat.S_ISREG(status.st_mode) else None

    def fetch(self, drop: Drop, target: Path, stop: Event | None = None) -> None:
        """A link: confirm() tells whether the file moved under whoever read it."""
        self.confirm(drop)
        target.unlink(missing_ok=True)
        target.symlink_to(self._folder / drop.path)

    def confirm(self, drop: Drop) -> None:
        """Raise DropError unless the file is what was listed."""
        path = self._folder / drop.path
        try:
            status = path.stat()
        except OSError as error:
            raise DropError(f"the file can't be read any more: {error.strerror}") from error
        if not stat.S_ISREG(status.st_mode) or self._drop(drop.path, status) != drop:
            raise DropError(CHANGED)

    def archived(self, drop: Drop, folder: str, taken: Collection[str]) -> Drop:
        """Under the first name that no file has."""
        path = next(
            path
            for path in archive_paths(drop.path, folder)
            if path not in taken and not os.path.lexists(self._folder / path)
        )
        return replace(drop, path=path, url=self._url(path))

    def move(self, drop: Drop, target: Drop) -> None:
        """Rename; the place is taken first, so that nothing there is ever replaced."""
        source, place = self._folder / drop.path, self._folder / target.path
        self.confirm(drop)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(exist_ok=False)
            _move(source, place)
        except OSError as error:
            raise SourceError(
                f"{source} can't be moved to the archive: {error.strerror}; it stays where it is"
            ) from error
        if self._version(place.stat()) != drop.version:
            self._put_back(place, source)
            raise DropError("the file changed before it was archived; it stays where it is")

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _url(self, path: str) -> str:
        return (self._folder / path).as_uri()

    def _drop(self, path: str, status: os.stat_result) -> Drop:
        return Drop(
            url=self._url(path),
            path=path,
            size_bytes=status.st_size,
            modified_at=instant(status.st_mtime_ns // 1000 / 1_000_000),
            version=self._version(status),
        )

    @staticmethod
    def _version(status: os.stat_result) -> str:
        return f"{status.st_size}-{status.st_mtime_ns}"

    @staticmethod
    def _put_back(target: Path, source: Path) -> None:
        """Undo a rename: whoever wrote new content meant it to be loaded."""
        if not os.path.lexists(source):
            target.rename(source)


class _Walk:
    """One look at everything below a folder."""

    def __init__(self, root: Path, archive: str | None) -> None:
        self.files: list[tuple[str, os.stat_result]] = []
        self.unreadable: list[tuple[str, str]] = []
        self._root = root
        self._archive = archive
        self._folders, self._links = [""], list[str]()
        self._seen: set[tuple[int, int]] = set()

    def run(self, name: str) -> list[tuple[str, os.stat_result]]:
        """Files by path; raise SourceError where the root can't be read."""
        while self._folders or self._links:
            # Real folders first: each keeps its own path, however many links lead to it.
            path = self._folders.pop() if self._folders else self._links.pop(0)
            try:
                self._look_into(path)
            except OSError as error:
                if not path:
                    raise SourceError(f"{name} can't be read: {error.strerror}") from error
                if not isinstance(error, FileNotFoundError):  # else it has gone since
                    self.unreadable.append((path, f"can't be read: {error.strerror}"))
            self._links.sort()
        return self.files

    def _look_into(self, path: str) -> None:
        folder = self._root / path
        status = folder.stat()
        if (status.st_dev, status.st_ino) in self._seen:
            return
        self._seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            for entry in entries:
                below = f"{path}/{entry.name}" if path else entry.name
                if not is_hidden(below, self._archive):
                    self._sort(below, entry)

    def _sort(self, path: str, entry: os.DirEntry) -> None:
        try:
            status = entry.stat()
        except FileNotFoundError:
            if entry.is_symlink():  # else it has gone since the folder was read
                self.unreadable.append((path, "is a link to nothing"))
            return
        except OSError as error:
            self.unreadable.append((path, f"can't be read: {error.strerror}"))
            return
        if stat.S_ISDIR(status.st_mode):
            (self._links if entry.is_symlink() else self._folders).append(path)
        elif not stat.S_ISREG(status.st_mode):
            self.unreadable.append((path, "is neither a file nor a folder"))
        elif not is_unfinished(path):
            self.files.append((path, status))


def _move(source: Path, target: Path) -> None:
    """Move a file over a reserved, empty one, which is removed where that fails."""
    try:
        if source.is_symlink():
            # Moved as it is, a relative link would lead elsewhere.
            target.unlink()
            target.symlink_to(source.resolve())
            source.unlink()
        else:
            _rename(source, target)
    except OSError:
        with suppress(OSError):
            target.unlink()
        raise


def _rename(source: Path, target: Path) -> None:
    """Rename over the target, or copy where the two are on different disks."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy2(source, target)
        before, after = source.stat(), target.stat()
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            source.unlink()


def _local_path(source: str) -> Path:
    """An absolute path; links are resolved, so that a source has one name however it is given."""
    if not source.startswith("file:"):
        return Path(source).expanduser().resolve()
    rest = source.removeprefix("file:")
    if rest.startswith("//"):
        host, separator, path = rest.removeprefix("//").partition("/")
        if host not in ("", "localhost"):
            raise UsageError(f"{source}: the file is on another machine, {host}; mount its folder")
        rest = separator + path
    return Path(decoded(rest)).resolve()
