"""What is below a folder of an SFTP server."""

import asyncio
import stat

import asyncssh

from ingest.stores.listing import is_hidden, is_unfinished
from ingest.stores.sftp_connection import MISSING, Connection, brief

FOLDERS_AT_ONCE = 16
KINDS = {
    asyncssh.FILEXFER_TYPE_REGULAR: stat.S_IFREG,
    asyncssh.FILEXFER_TYPE_DIRECTORY: stat.S_IFDIR,
    asyncssh.FILEXFER_TYPE_SYMLINK: stat.S_IFLNK,
}


def kind_of(attributes: asyncssh.SFTPAttrs) -> int:
    """Kind of a file as in `stat`; 0 where the server doesn't say."""
    return stat.S_IFMT(attributes.permissions or 0) or KINDS.get(attributes.type, 0)


class Walk:
    """One look at everything below a folder."""

    def __init__(
        self, connection: Connection, client: asyncssh.SFTPClient, root: str, archive: str | None
    ) -> None:
        """`root` as the server knows it; what is under `archive` is left out."""
        self.files: list[tuple[str, asyncssh.SFTPAttrs]] = []
        self.unreadable: list[tuple[str, str]] = []
        self._connection = connection
        self._client = client
        self._root = root
        self._archive = archive
        self._folders: list[tuple[str, str]] = []
        """Path under the root, and where that really is."""
        self._links: list[str] = []
        self._at_once = asyncio.Semaphore(FOLDERS_AT_ONCE)

    async def run(self) -> None:
        """Fill `files` and `unreadable`; raise SFTPError where the root can't be read."""
        self._folders = [("", await self._real_path(""))]
        seen: set[str] = set()
        while self._folders or self._links:
            if not self._folders:
                # Real folders first: each keeps its own path, however many links lead to it.
                self._links.sort()
                link = self._links.pop(0)
                self._folders.append((link, await self._real_path(link)))
            batch = {real: path for path, real in self._folders if real not in seen}
            seen.update(batch)
            self._folders = []
            await asyncio.gather(*(self._look_into(path, real) for real, path in batch.items()))

    async def _look_into(self, path: str, real: str) -> None:
        async with self._at_once:
            try:
                entries = await self._connection.answer(self._entries(path))
            except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure) as error:
                if not path:
                    raise
                is_denied = isinstance(error, asyncssh.SFTPPermissionDenied)
                why = "permission denied" if is_denied else f"the server says: {brief(error)}"
                self.unreadable.append((path, f"can't be read: {why}"))
                return
            except MISSING:
                if not path:
                    raise
                return  # it has gone since its folder was read
            for entry in entries:
                below = f"{path}/{entry.filename}" if path else str(entry.filename)
                if entry.filename not in (".", "..") and not is_hidden(below, self._archive):
                    await self._sort(below, f"{real.rstrip('/')}/{entry.filename}", entry.attrs)

    async def _entries(self, path: str) -> list[asyncssh.SFTPName]:
        entries = []
        async for entry in self._client.scandir(self.remote(path)):
            self._connection.heard()
            entries.append(entry)
        return entries

    async def _sort(self, path: str, real: str, attributes: asyncssh.SFTPAttrs) -> None:
        kind = kind_of(attributes)
        is_link = kind == stat.S_IFLNK
        says_all = None not in (attributes.size, attributes.mtime)
        if is_link or not (kind and says_all):
            try:
                attributes = await self._connection.answer(self._client.stat(self.remote(path)))
            except (*MISSING, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure) as error:
                if is_link or not isinstance(error, MISSING):
                    nowhere = "is a link to nothing" if is_link else "can't be read"
                    self.unreadable.append((path, nowhere))
                return
            kind = kind_of(attributes)
        if kind == stat.S_IFDIR and is_link:
            self._links.append(path)
        elif kind == stat.S_IFDIR:
            self._folders.append((path, real))
        elif kind != stat.S_IFREG:
            self.unreadable.append((path, "is neither a file nor a folder"))
        elif not is_unfinished(path):
            self.files.append((path, attributes))

    async def _real_path(self, path: str) -> str:
        return str(await self._connection.answer(self._client.realpath(self.remote(path))))

    def remote(self, path: str) -> str:
        """A path under the root as the server knows it."""
        return f"{self._root.rstrip('/')}/{path}" if path else self._root
