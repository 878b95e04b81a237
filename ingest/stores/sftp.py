"""Drops on an SFTP server."""

import asyncio
import stat
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from threading import Event
from typing import Any, Self, TypeVar

import asyncssh

from ingest.errors import DropError, SourceError, TransportError, UsageError
from ingest.settings import Settings
from ingest.stores import Drop, Listing, Skipped
from ingest.stores.listing import archive_paths, fresh, instant, settled
from ingest.stores.retrying import tried
from ingest.stores.sftp_connection import MISSING, Connection, about_drop, about_source
from ingest.stores.sftp_walk import Walk, kind_of
from ingest.stores.urls import parse_location

Result = TypeVar("Result")
CHANGED = "the file changed while it was read; load it again when it is complete"
BLOCK_BYTES = 256 * 1024
"""Asked for by one request at most; a server that gives less at a time says so."""
AHEAD_BYTES = 4 * 1024**2
"""Asked for before it comes, which hides the way there and back: 40 ms at 100 MB/s."""
LOOKS_AT_ONCE = 64


class SFTPStore:
    """The files under a folder of a server, or a single one. One connection carries all."""

    def __init__(self, source: str, settings: Settings) -> None:
        """`source` is sftp://user@host:port/path; a path of /~/ starts at the user's home.

        Raise UsageError where nothing is there, SourceError where the server can't be reached,
        isn't trusted or doesn't let us in.
        """
        self._location = parse_location(source)
        self._path = self._location.path.removesuffix("/")
        self.name = self._location.url(self._path)
        self._archive = settings.archive
        self._settle_seconds = settings.settle_seconds
        self._tries = settings.fetch_tries
        self._connection = Connection(self._location, settings)
        try:
            self.is_single_file = self._tried(self._is_file)
        except BaseException:
            self.close()
            raise
        self._folder = self._path.rpartition("/")[0] if self.is_single_file else self._path
        """Where paths of drops start, without a slash at its end."""

    def listing(self) -> Listing:
        """Links to folders are followed, each folder being read once."""
        return self._tried(self._list)

    def find(self, path: str) -> Drop | None:
        """The file at a path under the folder, if any."""
        return self._tried(self._find, path)

    def fetch(self, drop: Drop, target: Path, stop: Event | None = None) -> None:
        """Checked before and after; a try goes on where the one before left off."""
        remote = self._remote(drop.path)
        self._connection.run(self._fetch(drop, remote, target), stop)

    def confirm(self, drop: Drop) -> None:
        """Nothing to do: what was fetched is a copy of what was listed."""

    def archived(self, drop: Drop, folder: str, taken: Collection[str]) -> Drop:
        """Under the first name that no file has."""
        path = self._tried(self._free_path, drop, folder, taken)
        return replace(drop, path=path, url=self._url(path))

    def move(self, drop: Drop, target: Drop) -> None:
        """Rename, which SFTP does over nothing; steps are repeatable."""
        try:
            self._tried(self._make_folders, target.path)
            self._tried(self._move, drop, target.path)
        except SourceError as error:
            raise SourceError(f"{drop.url} can't be moved to the archive: {error}") from error

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _tried(
        self, request: Callable[..., Coroutine[Any, Any, Result]], *arguments: object
    ) -> Result:
        """What comes of a request about the source, tried again where that may help."""

        async def ask() -> Result:
            with about_source(self.name):
                return await request(*arguments)

        return tried(self.name, self._tries, lambda: self._connection.run(ask()))

    def _remote(self, path: str) -> str:
        return _on_server(f"{self._folder}/{path}" if self._folder else path)

    def _url(self, path: str) -> str:
        return self._location.url(f"{self._folder}/{path}" if self._folder else path)

    def _drop(self, path: str, attributes: asyncssh.SFTPAttrs) -> Drop:
        size, modified = attributes.size or 0, attributes.mtime or 0
        return Drop(self._url(path), path, size, instant(modified), f"{size}-{modified}")

    async def _is_file(self) -> bool:
        async with self._connection.session() as client:
            try:
                there = await self._connection.answer(client.stat(_on_server(self._path)))
            except MISSING as error:
                raise UsageError(f"{self.name} isn't there") from error
        if kind_of(there) not in (stat.S_IFREG, stat.S_IFDIR):
            raise UsageError(f"{self.name} is neither a folder nor a file")
        return kind_of(there) == stat.S_IFREG

    async def _list(self) -> Listing:
        async with self._connection.session() as client:
            walk = Walk(self._connection, client, _on_server(self._folder), self._archive)
            if self.is_single_file:
                only = await self._find(self._path.rpartition("/")[2])
                found = [only] if only else []
            else:
                await walk.run()
                found = [self._drop(path, attributes) for path, attributes in walk.files]
        unreadable = [Skipped(self._url(path), why) for path, why in walk.unreadable]
        # The server's clock may be behind ours: what it wrote last always counts as fresh.
        times = [datetime.now(UTC).replace(tzinfo=None), *(drop.modified_at for drop in found)]
        waiting = fresh(
            found, self._settle_seconds, min(times[0], max(times[1:], default=times[0]))
        )
        if waiting:
            await asyncio.sleep(self._settle_seconds)
        at_once = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(drop: Drop) -> tuple[str, Drop | None]:
            async with at_once:
                return drop.path, await self._find(drop.path)

        again = dict(await asyncio.gather(*(look(drop) for drop in waiting)))
        return settled(found, again, unreadable)

    async def _find(self, path: str) -> Drop | None:
        async with self._connection.session() as client:
            try:
                there = await self._connection.answer(client.stat(self._remote(path)))
            except MISSING:
                return None
        return self._drop(path, there) if kind_of(there) == stat.S_IFREG else None

    async def _fetch(self, drop: Drop, remote: str, target: Path) -> None:
        async with self._connection.session() as client:
            with about_drop():
                # Looked at before it is opened: opening a pipe would wait for a writer.
                await self._check(client, drop, remote)
                # Blocks are ours: asyncssh's own leave tasks behind when they are given up.
                file = await self._connection.answer(client.open(remote, "rb", block_size=0))
                block_bytes = min(client.limits.max_read_len or BLOCK_BYTES, BLOCK_BYTES)
                try:
                    await self._copy(file, drop, target, block_bytes)
                    await self._check(client, drop, remote)
                finally:
                    with suppress(asyncssh.Error, TransportError):
                        await self._connection.answer(file.close())

    async def _check(self, client: asyncssh.SFTPClient, drop: Drop, remote: str) -> None:
        there = await self._connection.answer(client.stat(remote))
        if kind_of(there) != stat.S_IFREG or self._drop(drop.path, there) != drop:
            raise DropError(CHANGED)

    async def _copy(
        self, file: asyncssh.SFTPClientFile, drop: Drop, target: Path, block_bytes: int
    ) -> None:
        """Write what `target` doesn't have yet."""
        with target.open("ab") as local:
            received = local.tell()
            if received > drop.size_bytes:
                received = local.truncate(0)
            blocks = self._blocks(file, range(received, drop.size_bytes, block_bytes), drop)
            async with aclosing(blocks):
                async for block in blocks:
                    local.write(block)

    async def _blocks(
        self, file: asyncssh.SFTPClientFile, offsets: range, drop: Drop
    ) -> AsyncIterator[bytes]:
        """A file's blocks in their order, many being on their way at once."""
        asked: deque[asyncio.Task[bytes]] = deque()
        upcoming = iter(offsets)
        try:
            while True:
                for offset in islice(upcoming, AHEAD_BYTES // offsets.step - len(asked)):
                    length = min(offsets.step, drop.size_bytes - offset)
                    asked.append(asyncio.create_task(self._read(file, offset, length)))
                if not asked:
                    return
                yield await self._connection.answer(asked.popleft())
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _read(self, file: asyncssh.SFTPClientFile, offset: int, length: int) -> bytes:
        """A block; servers may give less at a time than they are asked for."""
        block = b""
        while len(block) < length:
            part = await file.read(length - len(block), offset + len(block))
            if not part:
                raise DropError(CHANGED)
            self._connection.heard()
            block += part
        return block

    async def _free_path(self, drop: Drop, folder: str, taken: Collection[str]) -> str:
        async with self._connection.session() as client:
            for path in archive_paths(drop.path, folder):
                try:
                    await self._connection.answer(client.lstat(self._remote(path)))
                except MISSING:
                    if path not in taken:
                        return path
        raise AssertionError("names never end")

    async def _make_folders(self, path: str) -> None:
        async with self._connection.session() as client:
            for above in reversed(PurePosixPath(path).parents[:-1]):
                with suppress(asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
                    await self._connection.answer(client.mkdir(self._remote(str(above))))

    async def _move(self, drop: Drop, path: str) -> None:
        source, target = self._remote(drop.path), self._remote(path)
        async with self._connection.session() as client:
            answer = self._connection.answer
            before, there = await self._find(drop.path), await self._find(path)
            if before is None and there is not None and there.version == drop.version:
                return  # done by the try before, whose answer was lost
            if before != drop:
                raise DropError("the file changed before it was archived; it stays where it is")
            if kind_of(await answer(client.lstat(source))) == stat.S_IFLNK:
                # Moved as it is, a relative link would lead elsewhere.
                await answer(client.symlink(await answer(client.realpath(source)), target))
                await answer(client.remove(source))
                return
            await answer(client.rename(source, target))
            moved = await self._find(path)
            if moved is None or moved.version != drop.version:
                await answer(client.rename(target, source))
                raise DropError("the file changed before it was archived; it stays where it is")


def _on_server(path: str) -> str:
    """A URL's path as the server knows it: absolute, or under the user's home."""
    if path == "~" or path.startswith("~/"):
        return path.removeprefix("~").removeprefix("/") or "."
    return f"/{path}"
