"""What the ledger knows about drops before they are loaded, and what it keeps after."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ingest.contracts import Contract
from ingest.ledger.contents import Contents
from ingest.ledger.tables import LOADS, TABLES
from ingest.stores import Drop
from ingest.warehouses import Warehouse

DROPS_AT_ONCE = 50_000
"""Listed drops that one query asks for."""
PARAMETER_TYPES = {"string": "varchar"}
"""The portable type that only DuckDB knows by its name, as every target takes it in a cast."""


class State(StrEnum):
    """What became of a drop. Only the first three have a row in the ledger."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Counts:
    """Records of a drop: rows_read = rows_loaded + rows_quarantined."""

    rows_read: int
    rows_loaded: int
    rows_quarantined: int


@dataclass(frozen=True)
class Entry:
    """A row of the ledger to be."""

    load_id: int
    state: State
    seconds: float
    loaded_at: datetime
    sha256: str | None = None
    counts: Counts | None = None
    error: str | None = None
    pseudonym_key_id: str | None = None
    replays_load_id: int | None = None


@dataclass(slots=True)
class _Before:
    """What became of a listed file before."""

    load_id: int | None = None
    """The last load of this very version that didn't fail."""
    state: State | None = None
    """Of this very version; None if it was never tried, or always failed."""
    sha256: str | None = None
    failed_load_id: int | None = None
    """The attempt at this version that failed."""
    last_loaded_id: int | None = None
    """The last load of any version."""


def utc_now() -> datetime:
    """The instant as the warehouse keeps instants: UTC, naive."""
    return datetime.now(UTC).replace(tzinfo=None)


class Ledger:
    """The ledger as far as it matters to the drops of one listing.

    It is read at once, for as many drops as there are, and kept in step with what is recorded: a
    drop costs one statement, or less where several share a transaction. Only right while nobody
    else loads: use it under the loader's lock. Memory grows with the listing, not with the ledger.
    """

    def __init__(self, warehouse: Warehouse, drops: Sequence[tuple[Drop, Contract]]) -> None:
        """Read what is known about the drops: a few queries for each 50,000."""
        self.warehouse = warehouse
        self._loads = warehouse.table(LOADS)
        self._before: dict[tuple[str, str], _Before] = {}
        for start in range(0, len(drops), DROPS_AT_ONCE):
            self._read(drops[start : start + DROPS_AT_ONCE])
        self._contents = Contents(
            warehouse, [pair for pair in drops if not self._is_settled(*pair)]
        )
        self._last_load_id = self._greatest_load_id()
        self._waiting: list[tuple[Contract, Drop, Entry]] = []

    def is_known(self, contract: Contract, drop: Drop) -> bool:
        """Whether this very file is in the ledger and loading it again could change nothing.

        Ask when it is the drop's turn: where drops take effect, a duplicate is looked at again, for
        a late drop before it may have changed what was in effect.
        """
        before = self._before.get((contract.feed, drop.url))
        if before is None or before.state is None or before.sha256 is None:
            return False
        return self._is_settled(drop, contract) or self.is_duplicate(contract, drop, before.sha256)

    def is_duplicate(self, contract: Contract, drop: Drop, sha256: str) -> bool:
        """Whether the content is loaded: ever, or as what is in effect where drops take effect."""
        return self._contents.has(contract, drop, sha256)

    def may_be_news(self, contract: Contract, drop: Drop) -> bool:
        """Whether a known drop can become news: a duplicate of what a late drop ends."""
        return not self._is_settled(drop, contract)

    def has_failed(self, contract: Contract, drop: Drop) -> bool:
        """Whether this very file was tried, and never loaded."""
        before = self._before_of(contract.feed, drop.url)
        return before.state is None and before.failed_load_id is not None

    def load_id(self, contract: Contract, drop: Drop) -> int | None:
        """The last load of this very file that didn't fail."""
        return self._before_of(contract.feed, drop.url).load_id

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Drops landed and recorded inside are all in the warehouse after it, or none of them."""
        last_load_id = self._last_load_id
        try:
            with self.warehouse.transaction():
                yield
                self._write()
        except BaseException:
            if self._waiting:
                self._contents.forget()
            self._waiting.clear()
            self._last_load_id = last_load_id
            raise
        for contract, drop, entry in self._waiting:
            self._learn(contract.feed, drop.url, entry.load_id, entry.state, entry.sha256)
        self._waiting.clear()

    def next_load_id(self) -> int:
        """The id of one more load of the open transaction."""
        self._last_load_id += 1
        return self._last_load_id

    def record(self, contract: Contract, drop: Drop, entry: Entry) -> None:
        """Keep a drop's row for the end of the open transaction, where all are written at once.

        A failure takes the place of earlier ones of the same file.
        """
        self._waiting.append((contract, drop, entry))
        if entry.state is State.LOADED and entry.sha256 is not None:
            self._contents.add(contract, drop, entry.sha256)

    def record_archived(self, urls: Mapping[int, str | None]) -> None:
        """Write down where the drops of loads (by load_id) are moved; null where they aren't."""
        self.warehouse.execute(
            f"""
                update {self._loads} set archived_url = moved.url
                from (
                    select unnest($1::bigint[]) as load_id, unnest($2::varchar[]) as url
                ) as moved
                where {self._loads}.load_id = moved.load_id
            """,
            [list(urls.keys()), list(urls.values())],
        )

    def _is_settled(self, drop: Drop, contract: Contract) -> bool:
        """Whether the file is known, and stays so whatever else is loaded."""
        before = self._before.get((contract.feed, drop.url))
        if before is None:
            return False
        is_repeat = before.state is State.DUPLICATE and not contract.drops_take_effect
        return before.state is State.LOADED or is_repeat

    def _greatest_load_id(self) -> int:
        query = f"select coalesce(max(load_id), 0) from {self._loads}"
        return int(self.warehouse.query(query)[0][0])

    def _read(self, drops: Sequence[tuple[Drop, Contract]]) -> None:
        found = self.warehouse.query(
            f"""
                select
                    loads.feed, loads.url, loads.store_version = listed.store_version,
                    loads.load_id, loads.state, loads.sha256
                from {self._loads} as loads
                inner join (
                    select
                        unnest($1::varchar[]) as feed, unnest($2::varchar[]) as url,
                        unnest($3::varchar[]) as store_version
                ) as listed
                    on loads.feed = listed.feed and loads.url = listed.url
                order by loads.load_id
            """,
            [
                [contract.feed for _, contract in drops],
                [drop.url for drop, _ in drops],
                [drop.version for drop, _ in drops],
            ],
        )
        for feed, url, is_this_version, load_id, state, sha256 in found:
            if is_this_version:
                self._learn(feed, url, load_id, State(state), sha256)
            elif state == State.LOADED:
                self._before_of(feed, url).last_loaded_id = load_id

    def _learn(self, feed: str, url: str, load_id: int, state: State, sha256: str | None) -> None:
        """Take in what became of a listed file in the version that is listed."""
        before = self._before_of(feed, url)
        if state is State.FAILED:
            before.failed_load_id = load_id
            return
        before.load_id, before.state, before.sha256 = load_id, state, sha256
        if state is State.LOADED:
            before.last_loaded_id = load_id

    def _write(self) -> None:
        """Insert what is recorded, in the order of load ids, and take out what it replaces."""
        if not self._waiting:
            return
        rows = [self._row(*waiting) for waiting in self._waiting]
        before = [
            self._before_of(contract.feed, drop.url).failed_load_id
            for contract, drop, entry in self._waiting
            if entry.state is State.FAILED
        ]
        if replaced := [load_id for load_id in before if load_id is not None]:
            self.warehouse.execute(
                f"delete from {self._loads} where load_id = any($1::bigint[])", [replaced]
            )
        columns = TABLES[LOADS]
        types = [PARAMETER_TYPES.get(column.sql_type, column.sql_type) for column in columns]
        lists = ", ".join(f"unnest(${n}::{type_name}[])" for n, type_name in enumerate(types, 1))
        self.warehouse.execute(
            f"insert into {self._loads} ({', '.join(c.name for c in columns)}) select {lists}",
            [[row[column.name] for row in rows] for column in columns],
        )

    def _before_of(self, feed: str, url: str) -> _Before:
        return self._before.setdefault((feed, url), _Before())

    def _row(self, contract: Contract, drop: Drop, entry: Entry) -> dict[str, object]:
        counts = entry.counts
        return {
            "load_id": entry.load_id,
            "feed": contract.feed,
            "url": drop.url,
            "size_bytes": drop.size_bytes,
            "modified_at": drop.modified_at,
            "effective_at": drop.effective_at,
            "store_version": drop.version,
            "sha256": entry.sha256,
            "contract_version": contract.version,
            "rows_read": counts and counts.rows_read,
            "rows_loaded": counts.rows_loaded if counts else 0,
            "rows_quarantined": counts.rows_quarantined if counts else 0,
            "seconds": entry.seconds,
            "state": entry.state.value,
            "error": entry.error and _storable(entry.error),
            "follows_load_id": self._before_of(contract.feed, drop.url).last_loaded_id,
            "loaded_at": entry.loaded_at,
            "pseudonym_key_id": entry.pseudonym_key_id,
            "replays_load_id": entry.replays_load_id,
            "archived_url": None,
        }


def _storable(text: str) -> str:
    """What an error quotes from a drop, where no text column could keep it, as its escape."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
