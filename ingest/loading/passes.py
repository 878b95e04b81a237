"""One pass over drops: fetched ahead, checked one by one, landed together."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.ledger.history import Ledger, State
from ingest.loading.archiving import Archive
from ingest.loading.batches import Batch
from ingest.loading.checking import Checked
from ingest.loading.preparing import Manifest, check_drop, hash_content
from ingest.loading.pseudonyms import PseudonymKey
from ingest.loading.results import DropResult, OnProgress, Progress
from ingest.loading.turns import Replayed, Turn
from ingest.settings import Settings
from ingest.stores import Drop, Store
from ingest.stores.fetching import fetched

LOG = logging.getLogger(__name__)

Pair = tuple[Drop, Contract]


@dataclass
class Pass:
    """Loads what it is given in that order; one drop that fails never stops the next."""

    store: Store
    ledger: Ledger
    settings: Settings
    folder: Path
    """For temporary files."""
    key: PseudonymKey | None
    archive: Archive | None

    def __post_init__(self) -> None:
        """Start with nothing that waits."""
        self._batch = Batch(self.ledger)

    def run(
        self,
        pairs: list[Pair],
        manifests: Mapping[str, Drop],
        replayed: Mapping[str, Replayed],
        on_progress: OnProgress | None,
    ) -> list[DropResult]:
        """What became of each drop. `manifests` and `replayed` are by the drops' URLs."""
        started, results = time.monotonic(), []
        total_bytes = sum(drop.size_bytes for drop, _ in pairs)
        done_bytes = rows = 0
        for result in self._results(pairs, manifests, replayed):
            results.append(result)
            done_bytes += result.size_bytes
            rows += result.rows_read
            _log(result)
            if on_progress:
                seconds = time.monotonic() - started
                of = (len(results), len(pairs), done_bytes, total_bytes, rows, seconds)
                on_progress(result, Progress(*of))
        return results

    def _results(
        self,
        pairs: list[Pair],
        manifests: Mapping[str, Drop],
        replayed: Mapping[str, Replayed],
    ) -> Iterator[DropResult]:
        known = {
            drop.url
            for drop, contract in pairs
            if drop.url not in replayed and self.ledger.is_known(contract, drop)
        }
        new = [drop for drop, _ in pairs if drop.url not in known]
        files = fetched(self.store, new, self.folder, self.settings)
        for drop, contract in pairs:
            if drop.url in known:
                yield from self._known(drop, contract, manifests)
            else:
                turn = Turn(drop, contract, time.monotonic(), replays=replayed.get(drop.url))
                _, path = next(files)
                yield from self._take(turn, path, manifests.get(drop.url))
        yield from self._land()

    def _known(
        self, drop: Drop, contract: Contract, manifests: Mapping[str, Drop]
    ) -> Iterator[DropResult]:
        """A drop that the ledger has, unless a drop before it has changed what that means."""
        if self._batch.concerns(contract):
            yield from self._land()
        if self.ledger.is_known(contract, drop):
            if self.archive and not self.ledger.may_be_news(contract, drop):
                self.archive.take([(drop, contract, self.ledger.load_id(contract, drop))])
            yield DropResult(contract.feed, drop.url, State.UNCHANGED, size_bytes=drop.size_bytes)
        else:
            turn = Turn(drop, contract, time.monotonic())
            yield from self._take(turn, self._fetched(drop), manifests.get(drop.url))

    def _take(
        self, turn: Turn, path: Path | DropError, manifest: Drop | None
    ) -> Iterator[DropResult]:
        """Check a drop and let it wait for its landing, with those before it."""
        stated = None
        with turn.failing():
            turn.sha256 = hash_content(_here(path))
            if manifest is not None:
                stated = Manifest(_here(self._fetched(manifest)))
                stated.check_file(path, turn.sha256)
        if self._batch.concerns(turn.contract, turn.sha256):
            yield from self._land()
        if turn.error is None:
            with turn.failing():
                if not self._is_duplicate(turn):
                    turn.checked = self._check(turn, path)
                    if stated is not None:
                        stated.check_rows(turn.checked.rows_read)
                self.store.confirm(turn.drop)
        self._batch.add(turn)
        if self._batch.is_full:
            yield from self._land()

    def _is_duplicate(self, turn: Turn) -> bool:
        """Whether its content is loaded; what is replayed must be what was loaded then."""
        if turn.replays is None:
            return self.ledger.is_duplicate(turn.contract, turn.drop, turn.sha256)
        if turn.sha256 != turn.replays.sha256:
            raise DropError(
                f"its content isn't that of load {turn.replays.load_id} any more; "
                "load it as what it is now"
            )
        return False

    def _check(self, turn: Turn, path: Path) -> Checked:
        if self.key is not None and turn.contract.pii:
            turn.pseudonym_key_id = self.key.key_id
        engine = self.ledger.warehouse.engine
        return check_drop(engine, path, turn.contract, self._batch.tables, self.key)

    def _fetched(self, drop: Drop) -> Path | DropError:
        """One drop out of turn, in a folder of its own."""
        folder = Path(mkdtemp(dir=self.folder))
        ((_, path),) = (
            (each, path if isinstance(path, DropError) else path.rename(folder / "kept"))
            for each, path in fetched(self.store, [drop], folder, self.settings)
        )
        return path

    def _land(self) -> Iterator[DropResult]:
        settled = []
        for turn, result in self._batch.land():
            is_settled = turn.state is State.DUPLICATE and not turn.contract.drops_take_effect
            if turn.state is State.LOADED or is_settled:
                settled.append((turn.drop, turn.contract, result.load_id))
            yield result
        if self.archive:
            self.archive.take(settled)


def _here(path: Path | DropError) -> Path:
    """A fetched file; raise the reason where it couldn't be fetched."""
    if isinstance(path, DropError):
        raise path
    return path


def _log(result: DropResult) -> None:
    levels = {State.FAILED: logging.WARNING, State.UNCHANGED: logging.DEBUG}
    level = levels.get(result.state, logging.INFO)
    LOG.log(level, "%s %s", result.state, result.url, extra=asdict(result))
