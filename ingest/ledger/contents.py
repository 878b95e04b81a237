"""Loaded content that the drops of a listing may repeat."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ingest.contracts import Contract
from ingest.ledger.tables import LOADS
from ingest.stores import Drop
from ingest.warehouses import Warehouse

SIZES_AT_ONCE = 50_000
MOST_HASHES = 200_000
"""Read ahead: some 60 MB. Where drops are so often of one size, each is asked for by itself."""

InEffect = tuple[datetime, bytes]
"""When a loaded drop took effect, and the hash of its content."""


class Contents:
    """Hashes of loaded content by feed, read when they are first asked for.

    Where each drop takes effect, those that do so in the time of the listing, and the last ones
    before it. Of all else, those that have the size of a listed drop: no other can equal one.
    """

    def __init__(self, warehouse: Warehouse, drops: Sequence[tuple[Drop, Contract]]) -> None:
        """`drops` are those of which it will be asked."""
        self._warehouse = warehouse
        self._loads = warehouse.table(LOADS)
        self._sizes = sorted({(c.feed, d.size_bytes) for d, c in drops if not c.drops_take_effect})
        self._times: dict[str, Counter[datetime]] = {}
        for drop, contract in drops:
            if contract.drops_take_effect and drop.effective_at:
                self._times.setdefault(contract.feed, Counter())[drop.effective_at] += 1
        self._events: dict[str, set[bytes]] = {}
        self._in_effect: dict[str, list[InEffect]] = {}
        self._is_read = False
        self._asks_each = False
        """Whether there are more events than are kept here."""

    def has(self, contract: Contract, drop: Drop, sha256: str) -> bool:
        """Whether content is loaded: ever, or as what is in effect where drops take effect."""
        self._read_once()
        content = bytes.fromhex(sha256)
        if not contract.drops_take_effect:
            is_here = content in self._events.get(contract.feed, ())
            return is_here or (self._asks_each and self._is_loaded(contract.feed, sha256))
        return drop.effective_at is not None and self._is_in_effect(
            contract.feed, drop.effective_at, content
        )

    def add(self, contract: Contract, drop: Drop, sha256: str) -> None:
        """Take the content of a load in."""
        self._read_once()
        content = bytes.fromhex(sha256)
        if contract.drops_take_effect:
            insort(self._in_effect.setdefault(contract.feed, []), (drop.effective_at, content))
        else:
            self._events.setdefault(contract.feed, set()).add(content)

    def forget(self) -> None:
        """Read again when asked next: what was added is not in the warehouse after all."""
        self._events, self._in_effect = {}, {}
        self._is_read = False

    def _is_in_effect(self, feed: str, at: datetime, content: bytes) -> bool:
        """Whether loading content as of `at` would change nothing.

        Of drops that take effect at once, the vault decides which holds. So each repeats itself
        only, and after them none is known to hold.
        """
        loaded = self._in_effect.get(feed, [])
        end = bisect_right(loaded, at, key=lambda each: each[0])
        if not end:
            return False
        latest = loaded[end - 1][0]
        last = {each for _, each in loaded[bisect_left(loaded, (latest,)) : end]}
        is_alone = self._times[feed][at] <= 1
        return content in last if latest == at else is_alone and last == {content}

    def _read_once(self) -> None:
        if self._is_read:
            return
        self._read_events()
        for feed, times in self._times.items():
            self._in_effect[feed] = self._read_in_effect(feed, min(times), max(times))
        self._is_read = True

    def _read_events(self) -> None:
        left = MOST_HASHES
        for start in range(0, len(self._sizes), SIZES_AT_ONCE):
            found = self._of_sizes(self._sizes[start : start + SIZES_AT_ONCE], left + 1)
            left -= len(found)
            self._asks_each = left < 0
            if self._asks_each:
                self._events.clear()
                return
            for feed, sha256 in found:
                self._events.setdefault(feed, set()).add(bytes.fromhex(sha256))

    def _of_sizes(self, sizes: list[tuple[str, int]], most: int) -> list[tuple[str, str]]:
        return self._warehouse.query(
            f"""
                select loads.feed, loads.sha256
                from {self._loads} as loads
                inner join (
                    select unnest($1::varchar[]) as feed, unnest($2::bigint[]) as size_bytes
                ) as listed
                    on loads.feed = listed.feed and loads.size_bytes = listed.size_bytes
                where loads.state = 'loaded'
                limit $3::bigint
            """,
            [[feed for feed, _ in sizes], [size for _, size in sizes], most],
        )

    def _is_loaded(self, feed: str, sha256: str) -> bool:
        query = f"""
            select 1 from {self._loads}
            where feed = $1::varchar and sha256 = $2::varchar and state = 'loaded' limit 1
        """
        return bool(self._warehouse.query(query, [feed, sha256]))

    def _read_in_effect(self, feed: str, first: datetime, last: datetime) -> list[InEffect]:
        found = self._warehouse.query(
            f"""
                select effective_at, sha256 from {self._loads}
                where feed = $1::varchar and state = 'loaded' and effective_at <= $3::timestamp
                    and effective_at >= coalesce(
                        (
                            select max(effective_at) from {self._loads}
                            where feed = $1::varchar and state = 'loaded'
                                and effective_at <= $2::timestamp
                        ),
                        $2::timestamp
                    )
            """,
            [feed, first, last],
        )
        return sorted((at, bytes.fromhex(sha256)) for at, sha256 in found)
