"""A drop's way into the warehouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.contracts import Contract
from ingest.errors import in_words
from ingest.ledger.history import State
from ingest.loading.checking import Checked
from ingest.stores import Drop


@dataclass(frozen=True)
class Replayed:
    """A load whose drop is loaded again, and the hash of what it loaded."""

    load_id: int
    sha256: str
    modified_at: datetime
    """When the drop was stored at first: moving it may have changed that."""
    effective_at: datetime | None
    """When it took effect: where it was moved to may not tell."""


@dataclass
class Turn:
    """One drop on its way into the warehouse."""

    drop: Drop
    contract: Contract
    started: float
    sha256: str | None = None
    checked: Checked | None = None
    """Null for a duplicate, and for a drop that failed."""
    error: str | None = None
    replays: Replayed | None = None
    pseudonym_key_id: str | None = None

    @property
    def state(self) -> State:
        """What it will be, once it lands."""
        if self.error is not None:
            return State.FAILED
        return State.DUPLICATE if self.checked is None else State.LOADED

    @property
    def stored(self) -> Drop:
        """The drop as the ledger keeps it."""
        if self.replays is None:
            return self.drop
        modified_at, effective_at = self.replays.modified_at, self.replays.effective_at
        return replace(self.drop, modified_at=modified_at, effective_at=effective_at)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Whatever goes wrong inside, the other drops go on and the ledger says it."""
        try:
            yield
        except Exception as error:
            self.checked, self.error = None, in_words(error)
