"""Drops as relations of text, whatever their format."""

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb

from ingest.columns import Column
from ingest.sql import identifier

CHECKED = "checked_drop"
"""Temporary table with a drop's records once they are read and checked."""


def text_of(column: Column) -> str:
    """Name of the relation's column with the delivered text of a contract's column."""
    return identifier(f"text of {column.name}")


def _nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the checked records as they are."""


@dataclass(frozen=True)
class Reading:
    """A drop as SQL, read when the SQL runs."""

    sql: str
    """A query that gives `record_number`, `problem` (what is wrong with the whole record, or null),
    `extra` (JSON of what the contract doesn't know, or null), and `text_of` every column."""
    payload: str
    """An expression over its columns: the record as delivered."""
    not_text: dict[str, str] = field(default_factory=dict)
    """For text columns by name, conditions under which the value was an object or an array."""
    complete: Callable[[duckdb.DuckDBPyConnection], None] = _nothing
    """Called when CHECKED is filled: adds what is known only once the whole file was read."""
