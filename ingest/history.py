"""What the ledger knows about a drop before it is loaded, and what it keeps after."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ingest.contracts import Contract
from ingest.ledger import LOADS, TABLES
from ingest.stores import Drop
from ingest.warehouses.duckdb import DuckDBWarehouse


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


def utc_now() -> datetime:
    """The instant as the warehouse keeps instants: UTC, naive."""
    return datetime.now(UTC).replace(tzinfo=None)


def next_load_id(warehouse: DuckDBWarehouse) -> int:
    """The id of the load whose transaction is open."""
    query = f"select coalesce(max(load_id), 0) + 1 from {warehouse.table(LOADS)}"
    return int(warehouse.connection.execute(query).fetchall()[0][0])


def is_known(warehouse: DuckDBWarehouse, contract: Contract, drop: Drop) -> bool:
    """Whether this very file is in the ledger and loading it again could change nothing.

    A duplicate of reference data is looked at again: a late drop may have changed what was in
    effect.
    """
    query = f"""
        select state, sha256 from {warehouse.table(LOADS)}
        where feed = ? and url = ? and store_version = ? and state <> 'failed'
        order by load_id desc limit 1
    """
    found = warehouse.connection.execute(query, [contract.feed, drop.url, drop.version]).fetchone()
    if found is None:
        return False
    state, sha256 = found
    return state == State.LOADED or is_duplicate(warehouse, contract, drop, sha256)


def is_duplicate(warehouse: DuckDBWarehouse, contract: Contract, drop: Drop, sha256: str) -> bool:
    """Whether the content is loaded: ever, for events; as what is in effect, for reference data."""
    if contract.is_reference:
        query = f"""
            select sha256 = ? from {warehouse.table(LOADS)}
            where feed = ? and state = 'loaded' and modified_at <= ?
            order by modified_at desc, load_id desc limit 1
        """
        parameters = [sha256, contract.feed, drop.modified_at]
    else:
        query = f"""
            select true from {warehouse.table(LOADS)}
            where sha256 = ? and feed = ? and state = 'loaded' limit 1
        """
        parameters = [sha256, contract.feed]
    found = warehouse.connection.execute(query, parameters).fetchone()
    return bool(found and found[0])


def record(warehouse: DuckDBWarehouse, contract: Contract, drop: Drop, entry: Entry) -> None:
    """Write a drop's row of the ledger. A failure replaces the last one of the same file."""
    loads = warehouse.table(LOADS)
    same_file = "feed = ? and url = ?"
    if entry.state is State.FAILED:
        warehouse.connection.execute(
            f"delete from {loads} where {same_file} and store_version = ? and state = 'failed'",
            [contract.feed, drop.url, drop.version],
        )
    follows = f"select max(load_id) from {loads} where {same_file} and state = 'loaded'"
    before = warehouse.connection.execute(follows, [contract.feed, drop.url]).fetchall()[0][0]
    counts = entry.counts
    row = {
        "load_id": entry.load_id,
        "feed": contract.feed,
        "url": drop.url,
        "size_bytes": drop.size_bytes,
        "modified_at": drop.modified_at,
        "store_version": drop.version,
        "sha256": entry.sha256,
        "contract_version": contract.version,
        "rows_read": counts and counts.rows_read,
        "rows_loaded": counts.rows_loaded if counts else 0,
        "rows_quarantined": counts.rows_quarantined if counts else 0,
        "seconds": entry.seconds,
        "state": entry.state.value,
        "error": entry.error,
        "follows_load_id": before,
        "loaded_at": entry.loaded_at,
    }
    names = [column.name for column in TABLES[LOADS]]
    warehouse.connection.execute(
        f"insert into {loads} ({', '.join(names)}) values ({', '.join('?' * len(names))})",
        [row[name] for name in names],
    )
