"""Columns as contracts, tables and docs describe them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a delivered value is read as."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True)
class TableColumn:
    """A column of a raw table: its name, its portable SQL type and what it means."""

    name: str
    sql_type: str
    description: str


@dataclass(frozen=True)
class Column:
    """A delivered column: its kind, its rules and what it means."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    is_key: bool = False
    classification: str | None = None
    precision: int = 38
    scale: int = 0
    valid_values: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    timezone: str | None = None
    """Zone of timestamps delivered without an offset; without one, those are rejected."""

    @property
    def sql_type(self) -> str:
        """The portable type of the column in raw."""
        match self.kind:
            case Kind.INTEGER:
                return "bigint"
            case Kind.DECIMAL:
                return f"decimal({self.precision},{self.scale})"
            case _:
                return self.kind.value

    @property
    def table_column(self) -> TableColumn:
        """The column as raw.<feed> has it."""
        return TableColumn(self.name, self.sql_type, self.description)
