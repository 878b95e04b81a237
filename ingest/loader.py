"""Loads drops into raw: one transaction each, every record accounted for."""

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.checking import check_statement
from ingest.contracts import Contract, read_contracts
from ingest.errors import DropError, UsageError
from ingest.history import (
    Counts,
    Entry,
    State,
    is_duplicate,
    is_known,
    next_load_id,
    record,
    utc_now,
)
from ingest.landing import check_share, land
from ingest.matching import Matches, match_drops
from ingest.readers import Reading
from ingest.readers.csv import read_csv
from ingest.readers.json import read_json
from ingest.settings import Settings
from ingest.stores import Drop
from ingest.stores.folder import FolderStore
from ingest.warehouses.duckdb import DuckDBWarehouse, open_for_loading

READERS: dict[str, Callable[[Path, Contract], Reading]] = {"csv": read_csv, "json": read_json}
BROKEN_JSON = re.compile(r"Malformed JSON in file .*, at byte \d+ in record/value (\d+): (.*)")
TEMPORARY_FILE = re.compile(r' (?:in )?file "[^"]*"')


@dataclass(frozen=True)
class DropResult:
    """What became of one drop. Counts are those of its ledger row: 0 unless it was loaded."""

    feed: str
    url: str
    state: State
    load_id: int | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class LoadReport:
    """Every drop of a source in the order of loading, and the files that belong to no feed."""

    results: list[DropResult]
    ignored: list[str]

    @property
    def failed(self) -> list[DropResult]:
        """Drops of which nothing landed."""
        return [result for result in self.results if result.state is State.FAILED]


Progress = Callable[[DropResult, int, int], None]
"""Called after each drop with its result, its position from 1, and the number of drops."""


def load(
    source: str | Path,
    settings: Settings,
    feed: str | None = None,
    on_progress: Progress | None = None,
) -> LoadReport:
    """Load the new drops of a folder, file or file:// URL.

    A drop that fails leaves nothing but its row in the ledger, and the others go on. Raise
    UsageError, ContractError or WarehouseError where nothing can be loaded at all.
    """
    contracts = read_contracts(settings.contracts_dir)
    if feed is not None and feed not in contracts:
        raise UsageError(f"there is no feed '{feed}'; the feeds are {', '.join(contracts)}")
    store = FolderStore(str(source))
    matches = match_drops(store, contracts.values(), feed)
    with open_for_loading(settings, contracts.values()) as warehouse:
        results = list(_load_all(warehouse, store, matches, on_progress))
    return LoadReport(results, matches.ignored)


def _load_all(
    warehouse: DuckDBWarehouse, store: FolderStore, matches: Matches, on_progress: Progress | None
) -> Iterable[DropResult]:
    for position, (drop, contract) in enumerate(matches.drops, start=1):
        result = _load_drop(warehouse, store, contract, drop)
        if on_progress:
            on_progress(result, position, len(matches.drops))
        yield result


def _load_drop(
    warehouse: DuckDBWarehouse, store: FolderStore, contract: Contract, drop: Drop
) -> DropResult:
    if is_known(warehouse, contract, drop):
        return DropResult(contract.feed, drop.url, State.UNCHANGED)
    started = time.monotonic()
    try:
        with warehouse.transaction():
            entry = _land_drop(warehouse, store, contract, drop, started)
    except Exception as error:  # whatever it is, the other drops go on and the ledger says it
        with warehouse.transaction():
            load_id = next_load_id(warehouse)
            seconds = time.monotonic() - started
            entry = Entry(load_id, State.FAILED, seconds, utc_now(), error=_in_words(error))
            record(warehouse, contract, drop, entry)
    counts = entry.counts or Counts(0, 0, 0)
    return DropResult(
        feed=contract.feed,
        url=drop.url,
        state=entry.state,
        load_id=entry.load_id,
        rows_read=counts.rows_read,
        rows_loaded=counts.rows_loaded,
        rows_quarantined=counts.rows_quarantined,
        seconds=entry.seconds,
        error=entry.error,
    )


def _land_drop(
    warehouse: DuckDBWarehouse, store: FolderStore, contract: Contract, drop: Drop, started: float
) -> Entry:
    load_id, loaded_at = next_load_id(warehouse), utc_now()
    state, counts = State.DUPLICATE, None
    with store.fetch(drop) as path:
        if path.stat().st_size == 0:
            raise DropError("the file is empty")
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if not is_duplicate(warehouse, contract, drop, sha256):
            reading = READERS[contract.format](path, contract)
            warehouse.connection.execute(check_statement(reading, contract))
            reading.complete(warehouse.connection)
            check_share(warehouse, contract)
            state = State.LOADED
            counts = land(warehouse, contract, drop, load_id, loaded_at)
    seconds = time.monotonic() - started
    entry = Entry(load_id, state, seconds, loaded_at, sha256, counts)
    record(warehouse, contract, drop, entry)
    return entry


def _in_words(error: Exception) -> str:
    """An error as the ledger keeps it: one line, no name of a temporary file."""
    if isinstance(error, DropError):
        return str(error)
    if isinstance(error, duckdb.Error):
        line = str(error).splitlines()[0]
        if broken := BROKEN_JSON.search(line):
            number, reason = broken.groups()
            return f"the JSON is broken near record {number}: {reason.strip(' .')}"
        if "trailing data" in line:
            return "the file goes on after its list of records"
        return TEMPORARY_FILE.sub("", line)
    return f"{type(error).__name__}: {error}"
