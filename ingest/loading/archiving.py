"""Moves drops out of the way once they are loaded, if the settings say so."""

from collections.abc import Iterable
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
        """Move drops whose load is committed, with what lies beside them; note where they are."""
        moved = {}
        for drop, contract, load_id in settled:
            try:
                moved[load_id] = self.store.archive(drop, self.folder)
                for companion in self._companions(drop, contract):
                    self.store.archive(companion, self.folder)
            except (DropError, SourceError, TransportError) as error:
                self.unarchived.append(Skipped(drop.url, str(error)))
        if moved:
            with self.ledger.transaction():
                self.ledger.record_archived(moved)

    def _companions(self, drop: Drop, contract: Contract) -> list[Drop]:
        """Its manifest, and its marker unless that is one for the whole folder."""
        completeness = contract.completeness
        suffixes = [s for s in (completeness.manifest, completeness.marker) if s and s[0] == "."]
        found = [self.store.find(drop.path + suffix) for suffix in suffixes]
        return [companion for companion in found if companion is not None]
