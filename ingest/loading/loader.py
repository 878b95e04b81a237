"""Loads drops into raw: each is all or nothing, and every record is accounted for."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.contracts import Contract, read_contracts
from ingest.errors import UsageError
from ingest.ledger.history import Ledger
from ingest.loading.archiving import Archive
from ingest.loading.passes import Pair, Pass
from ingest.loading.pseudonyms import the_key
from ingest.loading.results import DropResult, LoadReport, OnProgress
from ingest.loading.temporary import temporary_folder
from ingest.settings import Settings
from ingest.stores import open_store
from ingest.stores.matching import Matches, match_drops
from ingest.warehouses import open_for_loading, open_for_reading
from ingest.warehouses.waiting import OnWait, tell_log


@dataclass(frozen=True)
class Bounds:
    """Which of the new drops a run takes, oldest first."""

    since: datetime | None = None
    """Only drops that were stored then or later, in UTC."""
    max_drops: int | None = None
    max_bytes: int | None = None
    """Of listed sizes; the first drop is taken whatever its size."""

    def allow(self, drops: int, size_bytes: int) -> bool:
        """Whether a run may take so much."""
        if self.max_drops is not None and drops > self.max_drops:
            return False
        return self.max_bytes is None or drops == 1 or size_bytes <= self.max_bytes


ALL = Bounds()


def load(
    source: str | Path,
    settings: Settings,
    feed: str | None = None,
    bounds: Bounds = ALL,
    on_progress: OnProgress | None = None,
) -> LoadReport:
    """Load the new drops of a folder, a file, or a file://, s3:// or sftp:// URL.

    A drop that fails leaves nothing but its row in the ledger, and the others go on. Raise
    UsageError, ContractError, SourceError or WarehouseError where nothing can be loaded at all.
    """
    contracts = _contracts(settings, feed)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(source), settings))
        loaded = contracts.values() if feed is None else [contracts[feed]]
        matches = match_drops(store, contracts.values(), feed)
        waits: list[str] = []
        warehouse = stack.enter_context(open_for_loading(settings, loaded, _noting(waits)))
        if waits:  # whoever had it may have moved what was listed
            matches = match_drops(store, contracts.values(), feed)
        folder = stack.enter_context(temporary_folder())
        ledger = Ledger(warehouse, matches.drops)
        taken, left = _taken(ledger, matches, bounds)
        key = the_key(settings, warehouse, [contract for _, contract in taken])
        archive = Archive(store, ledger, settings.archive) if settings.archive else None
        run = Pass(store, ledger, settings, folder, key, archive)
        results = run.run(taken, matches.manifests, {}, on_progress)
        return _report(matches, results, left, archive)


def plan(
    source: str | Path, settings: Settings, feed: str | None = None, bounds: Bounds = ALL
) -> tuple[list[Pair], LoadReport]:
    """What load() would try now, oldest first, and the rest of its report. Changes nothing."""
    contracts = _contracts(settings, feed)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(str(source), settings))
        matches = match_drops(store, contracts.values(), feed)
        warehouse = open_for_reading(settings)
        ledger = Ledger(stack.enter_context(warehouse), matches.drops) if warehouse else None
        taken, left = _taken(ledger, matches, bounds)
        new = [pair for pair in taken if not _is_known(ledger, pair)]
        return new, _report(matches, [], left, None)


def _noting(waits: list[str]) -> OnWait:
    """Logs for whom the warehouse waits, and notes that it did."""

    def on_wait(line: str) -> None:
        tell_log(line)
        waits.append(line)

    return on_wait


def _contracts(settings: Settings, feed: str | None) -> dict[str, Contract]:
    contracts = read_contracts(settings.contracts_dir)
    if feed is not None and feed not in contracts:
        raise UsageError(f"there is no feed '{feed}'; the feeds are {', '.join(contracts)}")
    return contracts


def _taken(ledger: Ledger | None, matches: Matches, bounds: Bounds) -> tuple[list[Pair], int]:
    """The drops within the bounds, and how many new ones are beyond. Known ones count for none."""
    since = bounds.since
    pairs = [pair for pair in matches.drops if since is None or pair[0].modified_at >= since]
    new = [pair for pair in pairs if not _is_known(ledger, pair)]
    beyond: set[str] = set()
    drops = size = 0
    # Those that failed before come last: else they would take all the room, run after run.
    for drop, _ in sorted(new, key=lambda pair: _has_failed(ledger, pair)):
        if beyond or not bounds.allow(drops + 1, size + drop.size_bytes):
            beyond.add(drop.url)
        else:
            drops, size = drops + 1, size + drop.size_bytes
    return [pair for pair in pairs if pair[0].url not in beyond], len(beyond)


def _has_failed(ledger: Ledger | None, pair: Pair) -> bool:
    drop, contract = pair
    return ledger is not None and ledger.has_failed(contract, drop)


def _is_known(ledger: Ledger | None, pair: Pair) -> bool:
    drop, contract = pair
    return ledger is not None and ledger.is_known(contract, drop)


def _report(
    matches: Matches, results: list[DropResult], left: int, archive: Archive | None
) -> LoadReport:
    return LoadReport(
        results=results,
        ignored=matches.ignored,
        waiting=matches.waiting,
        error_records=matches.error_records,
        unreadable=matches.unreadable,
        left=left,
        unarchived=archive.unarchived if archive else [],
    )
