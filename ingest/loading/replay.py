"""Loads drops again that were loaded before, after their contract was mended."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date

from ingest.contracts import Contract, read_contracts
from ingest.errors import UsageError
from ingest.ledger.history import Ledger, State
from ingest.ledger.tables import LOADS
from ingest.loading.passes import Pass
from ingest.loading.pseudonyms import the_key
from ingest.loading.results import DropResult, LoadReport, OnProgress, Progress
from ingest.loading.temporary import temporary_folder
from ingest.loading.turns import Replayed
from ingest.settings import Settings
from ingest.stores import Drop, Store, open_store
from ingest.stores.urls import decoded
from ingest.warehouses import Warehouse, open_for_loading


@dataclass(frozen=True)
class Wanted:
    """Which loads to replay: by their ids, or by the UTC dates on which drops were stored."""

    load_ids: tuple[int, ...] = ()
    first: date = date.min
    last: date = date.max
    feed: str | None = None


def replay_drops(
    wanted: Wanted, settings: Settings, on_progress: OnProgress | None = None
) -> LoadReport:
    """Load drops again, oldest load first, from where they are now; each is a load of its own.

    A drop that isn't there any more, or holds something else now, fails. Raise UsageError for loads
    that aren't in the ledger.
    """
    contracts = read_contracts(settings.contracts_dir)
    with ExitStack() as stack:
        warehouse = stack.enter_context(open_for_loading(settings, contracts.values()))
        folder = stack.enter_context(temporary_folder())
        loads = _wanted_loads(warehouse, wanted, contracts)
        key = the_key(settings, warehouse, [contracts[load.feed] for load in loads])
        stores: dict[str, Store | None] = {}
        results: list[DropResult] = []
        # One at a time: loads of one URL are of one file, which is but one of them now.
        for load in loads:
            found = _found(load, stores, settings, stack)
            if found is None:
                results.append(load.gone)
                if on_progress:
                    on_progress(load.gone, Progress(len(results), len(loads), 0, 0, 0, 0))
                continue
            store, drop = found
            pair = (drop, contracts[load.feed])
            ledger = Ledger(warehouse, [pair])
            run = Pass(store, ledger, settings, folder, key, archive=None)
            results += run.run([pair], {}, {drop.url: load.replayed}, on_progress)
    return LoadReport(results)


@dataclass(frozen=True)
class _Load:
    """A load of the ledger, and where its drop may be now, the likelier place first."""

    feed: str
    urls: tuple[str, ...]
    replayed: Replayed

    @property
    def gone(self) -> DropResult:
        """What becomes of a drop that isn't there any more."""
        load = self.replayed.load_id
        error = f"the drop of load {load} isn't there any more; put it back, and replay it again"
        return DropResult(self.feed, self.urls[0], State.FAILED, error=error)


def _found(
    load: _Load, stores: dict[str, Store | None], settings: Settings, stack: ExitStack
) -> tuple[Store, Drop] | None:
    """A load's drop, with the store of its folder. A killed load may have left it unarchived."""
    for url in load.urls:
        place, _, name = url.rpartition("/")
        if place not in stores:
            stores[place] = _store(place, settings, stack)
        store = stores[place]
        if store is not None and (drop := store.find(decoded(name))):
            return store, drop
    return None


def _store(place: str, settings: Settings, stack: ExitStack) -> Store | None:
    """The store of a folder, or None where that has gone with all that was in it."""
    try:
        return stack.enter_context(open_store(place, settings))
    except UsageError:
        return None


def _wanted_loads(
    warehouse: Warehouse, wanted: Wanted, contracts: dict[str, Contract]
) -> list[_Load]:
    """Loads of delivered drops, oldest first; each drop once, however often it was replayed."""
    if wanted.feed is not None and wanted.feed not in contracts:
        raise UsageError(f"there is no feed '{wanted.feed}'; the feeds are {', '.join(contracts)}")
    rows = warehouse.query(
        f"""
            select load_id, feed, archived_url, url, sha256, modified_at, effective_at
            from {warehouse.table(LOADS)}
            where state = 'loaded' and replays_load_id is null
                and modified_at::date between $1::date and $2::date
                and ($3::varchar is null or feed = $3::varchar)
            order by load_id
        """,
        [wanted.first, wanted.last, wanted.feed],
    )
    found = {
        load_id: _Load(feed, (archived, url) if archived else (url,), Replayed(load_id, *known))
        for load_id, feed, archived, url, *known in rows
        if feed in contracts and (not wanted.load_ids or load_id in wanted.load_ids)
    }
    for load_id in wanted.load_ids:
        if load_id not in found:
            raise UsageError(f"load {load_id} isn't that of a delivered drop; see raw.loads")
    return list(found.values())
