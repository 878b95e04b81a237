"""What became of drops, for those who asked to load them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.ledger.history import State
from ingest.stores import Skipped


@dataclass(frozen=True)
class DropResult:
    """What became of one drop. Counts are those of its ledger row: 0 unless it was loaded."""

    feed: str
    url: str
    state: State
    load_id: int | None = None
    size_bytes: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    seconds: float = 0.0
    error: str | None = None
    unknown: tuple[str, ...] = ()
    """Names of delivered columns that the contract doesn't know; they are in `_extra`."""


@dataclass(frozen=True)
class Progress:
    """How far a load has come."""

    drops: int
    of_drops: int
    bytes: int
    of_bytes: int
    rows: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before anything tells it."""
        if not self.bytes or not self.seconds:
            return None
        return (self.of_bytes - self.bytes) * self.seconds / self.bytes


OnProgress = Callable[[DropResult, Progress], None]
"""Called after each drop, when what became of it is committed."""


@dataclass(frozen=True)
class LoadReport:
    """What became of everything that a source holds."""

    results: list[DropResult]
    """In the order of loading."""
    ignored: list[str] = field(default_factory=list)
    """URLs of files of no feed."""
    waiting: list[Skipped] = field(default_factory=list)
    """Drops that aren't ready, and what is missing."""
    error_records: list[str] = field(default_factory=list)
    """URLs of files with what a connector couldn't deliver."""
    unreadable: list[Skipped] = field(default_factory=list)
    """What the store couldn't look into, and why."""
    left: int = 0
    """Drops beyond the bounds of this run; the next one takes them."""
    unarchived: list[Skipped] = field(default_factory=list)
    """Drops that are loaded but couldn't be moved, and why."""

    @property
    def unknown(self) -> dict[str, list[str]]:
        """Names that contracts don't know, by feed."""
        found: dict[str, set[str]] = {}
        for result in self.results:
            if result.unknown:
                found.setdefault(result.feed, set()).update(result.unknown)
        return {feed: sorted(names) for feed, names in found.items()}

    @property
    def failed(self) -> list[DropResult]:
        """Drops of which nothing landed."""
        return [result for result in self.results if result.state is State.FAILED]
