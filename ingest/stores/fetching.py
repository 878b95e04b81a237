"""Fetches drops ahead of whoever loads them, several at once."""

import errno
import shutil
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from ingest.errors import DropError, SourceError, TransportError, UsageError
from ingest.settings import Settings
from ingest.stores import Drop, Store
from ingest.stores.retrying import after, retrying

AHEAD_DROPS = 16
"""How many small drops lie ready, for each that is fetched at once: loading takes turns of
different length."""
AHEAD_BYTES = 4 * 1024**3
AHEAD_SHARE = 0.5
"""How much of the free disk drops may take before their turn; unpacking needs some too."""


def fetched(
    store: Store, drops: Iterable[Drop], folder: Path, settings: Settings
) -> Iterator[tuple[Drop, Path | DropError]]:
    """Each drop in its turn, as a file in `folder` that is there until the next is asked for.

    What can't be fetched comes with the reason in its place and never stops the next.
    """
    ahead = _Ahead(store, folder, settings)
    upcoming = iter(drops)
    drop = next(upcoming, None)
    try:
        while drop is not None or ahead.waiting:
            while drop is not None and ahead.has_room(drop):
                ahead.start(drop)
                drop = next(upcoming, None)
            drop_now, path, future = ahead.waiting.popleft()
            try:
                yield drop_now, future.result()
            finally:
                path.unlink(missing_ok=True)
                ahead.held_bytes -= drop_now.size_bytes
    finally:
        ahead.end()


class _Ahead:
    """Transfers that are under way or done before their turn."""

    def __init__(self, store: Store, folder: Path, settings: Settings) -> None:
        self.waiting: deque[tuple[Drop, Path, Future[Path | DropError]]] = deque()
        self.held_bytes = 0
        """Of all drops started and not yet deleted."""
        self._store = store
        self._folder = folder
        self._tries = settings.fetch_tries
        self._most_drops = settings.fetch_at_once * AHEAD_DROPS
        self._most_bytes = min(AHEAD_BYTES, shutil.disk_usage(folder).free * AHEAD_SHARE)
        self._stop = Event()
        self._pool = ThreadPoolExecutor(settings.fetch_at_once, "fetch")
        self._started = 0

    def has_room(self, drop: Drop) -> bool:
        """Whether another one may be started; one always may."""
        if not self.waiting:
            return True
        is_small_enough = self.held_bytes + drop.size_bytes <= self._most_bytes
        return len(self.waiting) < self._most_drops and is_small_enough

    def start(self, drop: Drop) -> None:
        """Fetch it in another thread, under a plain name, whatever its own is."""
        self._started += 1
        path = self._folder / f"drop_{self._started}"
        self.held_bytes += drop.size_bytes
        self.waiting.append((drop, path, self._pool.submit(self._fetch, drop, path)))

    def end(self) -> None:
        """Stop what is under way, at its next block, and delete it."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)
        for _, path, _ in self.waiting:
            path.unlink(missing_ok=True)

    def _fetch(self, drop: Drop, path: Path) -> Path | DropError:
        try:
            retrying(drop.url, self._tries, self._stop)(self._store.fetch, drop, path, self._stop)
            size = path.stat().st_size
        except Exception as error:  # whatever it is, the next drop has its turn
            return self._in_words(error, drop)
        if size != drop.size_bytes:
            return DropError(f"{drop.size_bytes:,} bytes were listed, but {size:,} came")
        return path

    def _in_words(self, error: Exception, drop: Drop) -> DropError:
        reason = str(error)
        if isinstance(error, DropError):
            return error
        if isinstance(error, TransportError):
            reason = f"{error}{after(self._tries)}; load it again later"
        elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            reason = (
                f"the disk of temporary files has no room for its {drop.size_bytes:,} bytes; "
                "free some, or set TMPDIR to a folder on another one"
            )
        elif not isinstance(error, SourceError | UsageError):
            reason = f"it can't be fetched: {type(error).__name__}: {error}"
        return DropError(reason)
