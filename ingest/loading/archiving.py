"""Moves drops out of the way once they are loaded, if the settings say so."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.contracts import Contract
from ingest.errors import DropError, SourceError, TransportError
from ingest.ledger.history import Ledger
from ingest.stores import Drop, Skipped, Store


@dataclass
class Archive:
    """A folder under the source; what can't be moved stays where it is, and is told."""

    store: Store
    ledger: Ledger
    folder: str
    unarchived: list[Skipped] = field(default_factory=list)

    def take(self, settled: Iterable[tuple[Drop, Contract, int]]) -> None:
        """Move drops whose load is committed, with what lies beside them; note where they are.

        That is noted before they are moved: whoever dies meanwhile leaves none that can't be found.
        """
        targets: dict[int, tuple[Drop, Contract, Drop]] = {}
        taken: set[str] = set()
        for drop, contract, load_id in settled:
            with self._telling(drop):
                target = self.store.archived(drop, self.folder, taken)
                targets[load_id] = drop, contract, target
                taken.add(target.path)
        self._note({load_id: target.url for load_id, (*_, target) in targets.items()})
        left: dict[int, str | None] = dict.fromkeys(targets)
        for load_id, (drop, contract, target) in targets.items():
            with self._telling(drop):
                self.store.move(drop, target)
                del left[load_id]
                for companion in self._companions(drop, contract):
                    self.store.move(companion, self.store.archived(companion, self.folder, ()))
        self._note(left)

    @contextmanager
    def _telling(self, drop: Drop) -> Iterator[None]:
        try:
            yield
        except (DropError, SourceError, TransportError) as error:
            self.unarchived.append(Skipped(drop.url, str(error)))

    def _note(self, urls: Mapping[int, str | None]) -> None:
        if urls:
            with self.ledger.transaction():
                self.ledger.record_archived(urls)

    def _companions(self, drop: Drop, contract: Contract) -> list[Drop]:
        """Its manifest, and its marker unless that is one for the whole folder."""
        completeness = contract.completeness
        suffixes = [s for s in (completeness.manifest, completeness.marker) if s and s[0] == "."]
        found = [self.store.find(drop.path + suffix) for suffix in suffixes]
        return [companion for companion in found if companion is not None]
