"""Drops that are checked one by one and land together: small ones cost a commit less each."""

import time
from collections.abc import Iterator

from ingest.contracts import Contract
from ingest.ledger.history import Counts, Entry, Ledger, utc_now
from ingest.loading.landing import land
from ingest.loading.results import DropResult
from ingest.loading.turns import Turn
from ingest.readers import CheckedTables

MOST_DROPS, MOST_ROWS, MOST_SECONDS = 100, 100_000, 2.0
"""What a batch holds at most, and how long its first drop waits; a larger drop lands alone."""


class Batch:
    """Turns that end in one transaction, in their order. Each is all or nothing."""

    def __init__(self, ledger: Ledger) -> None:
        """`ledger` is of the warehouse that the drops land in."""
        self._ledger = ledger
        self._turns: list[Turn] = []
        self._opened = 0.0

    @property
    def tables(self) -> CheckedTables:
        """Where the next turn's records go while it waits."""
        return CheckedTables.numbered(len(self._turns))

    @property
    def is_full(self) -> bool:
        """Whether it is time to land."""
        rows = sum(turn.checked.rows_read for turn in self._turns if turn.checked)
        waited = time.monotonic() - self._opened
        return len(self._turns) >= MOST_DROPS or rows >= MOST_ROWS or waited >= MOST_SECONDS

    def concerns(self, contract: Contract, sha256: str | None = None) -> bool:
        """Whether what waits here decides what becomes of another drop.

        What is in effect hangs on all drops of a feed, what is merely repeated on the content.
        """
        same_feed = [turn for turn in self._turns if turn.contract.feed == contract.feed]
        if contract.drops_take_effect:
            return bool(same_feed)
        return sha256 is not None and any(turn.sha256 == sha256 for turn in same_feed)

    def add(self, turn: Turn) -> None:
        """Let a turn wait for the next landing."""
        if not self._turns:
            self._opened = time.monotonic()
        self._turns.append(turn)

    def land(self) -> Iterator[tuple[Turn, DropResult]]:
        """End all turns in one transaction; where that fails, each in its own.

        Then only those fail that can't land, and the others do.
        """
        turns, self._turns = self._turns, []
        try:
            with self._ledger.transaction():
                entries = [self._record(turn) for turn in turns]
        except Exception as error:
            if len(turns) == 1:
                entries = [self._record_failure(turns[0], error)]
            else:
                entries = [self._record_alone(turn) for turn in turns]
        for turn, entry in zip(turns, entries, strict=True):
            yield turn, result_of(turn, entry)

    def _record_alone(self, turn: Turn) -> Entry:
        try:
            with self._ledger.transaction():
                return self._record(turn)
        except Exception as error:
            return self._record_failure(turn, error)

    def _record_failure(self, turn: Turn, error: Exception) -> Entry:
        with turn.failing():
            raise error
        with self._ledger.transaction():
            return self._record(turn)

    def _record(self, turn: Turn) -> Entry:
        """Land a turn within the open transaction."""
        load_id, loaded_at = self._ledger.next_load_id(), utc_now()
        counts = None
        if turn.checked is not None:
            counts = land(self._ledger.warehouse, turn, load_id, loaded_at)
        entry = Entry(
            load_id=load_id,
            state=turn.state,
            seconds=time.monotonic() - turn.started,
            loaded_at=loaded_at,
            sha256=turn.sha256,
            counts=counts,
            error=turn.error,
            pseudonym_key_id=turn.pseudonym_key_id if counts else None,
            replays_load_id=turn.replays.load_id if turn.replays else None,
        )
        self._ledger.record(turn.contract, turn.stored, entry)
        return entry


def result_of(turn: Turn, entry: Entry) -> DropResult:
    """What became of a drop, once its entry is committed."""
    counts = entry.counts or Counts(0, 0, 0)
    return DropResult(
        feed=turn.contract.feed,
        url=turn.drop.url,
        state=entry.state,
        load_id=entry.load_id,
        size_bytes=turn.drop.size_bytes,
        rows_read=counts.rows_read,
        rows_loaded=counts.rows_loaded,
        rows_quarantined=counts.rows_quarantined,
        seconds=entry.seconds,
        error=entry.error,
        unknown=turn.checked.unknown if turn.checked else (),
    )
