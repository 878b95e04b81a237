"""Drops as relations of text, whatever their format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.casting import cast
from ingest.columns import Column
from ingest.sql import identifier, literal


def text_of(column: Column) -> str:
    """Name of the relation's column with the delivered text of a contract's column."""
    return identifier(f"text of {column.name}")


@dataclass(frozen=True)
class CheckedTables:
    """Tables with the records of one drop once they are read and checked; gone after the run."""

    records: str
    """A row per record that could be split into columns, in the file's order, from rowid 0."""
    rejected: str
    """`record_number`, `reason` and `payload` of the records that could not."""
    refused: str
    """A row per record that is put aside, with every reason."""
    create: str = "create or replace temp table"
    """How each is made."""

    @classmethod
    def numbered(cls, number: int) -> "CheckedTables":
        """Those of one of several drops that are checked before they land together."""
        return cls(f"checked_{number}", f"rejected_{number}", f"refused_{number}")

    def in_file(self, engine: duckdb.DuckDBPyConnection, path: Path) -> "CheckedTables":
        """The same in a file, for a drop that is too large for temporary tables."""
        name = identifier(f"scratch of {path.parent.name}")
        engine.execute(f"attach if not exists {literal(str(path))} as {name}")
        own = (self.records, self.rejected, self.refused)
        tables = (f"{name}.{table.rpartition('.')[2]}" for table in own)
        return CheckedTables(*tables, create="create or replace table")


Complete = Callable[[duckdb.DuckDBPyConnection, CheckedTables], None]


def _nothing(engine: duckdb.DuckDBPyConnection, tables: CheckedTables) -> None:
    """Leave the checked records as they are."""


@dataclass(frozen=True)
class Delivered:
    """SQL of what a record has for one column of the contract."""

    value: str
    """In the column's type; null where what was delivered is no such value."""
    text: str
    """As delivered. For values that need no cast it is made from them, and asked of few records."""
    given: str
    """Whether anything was delivered."""


def as_text(column: Column) -> Delivered:
    """A column that is delivered as text, in `text_of` it."""
    text = text_of(column)
    return Delivered(cast(column, text), text, f"{text} is not null")


@dataclass(frozen=True)
class Reading:
    """A drop as SQL, read when the SQL runs."""

    sql: str
    """A query that gives, in the file's order, `problem` (what is wrong with the whole record, or
    null), `extra` (JSON of what the contract doesn't know, or null), and what `delivered` needs."""
    payload: str
    """An expression over its columns: the record as delivered, a JSON object unless `problem`."""
    delivered: dict[str, Delivered]
    """Expressions over its columns, by name of the contract's column."""
    complete: Complete = _nothing
    """Called once the records are checked: adds what is known only after the whole file was read,
    and raises DropError where the file isn't whole."""
