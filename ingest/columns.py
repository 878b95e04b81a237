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
    path: tuple[str, ...] = ()
    """Names that lead to the value in a record, outermost first."""
    aliases: tuple[str, ...] = ()
    """Other names that the last one of the path may have in a drop."""
    unique: bool = False
    """Whether a value may be in a drop only once."""
    fails_drop: frozenset[str] = frozenset()
    """Names of the rules that fail the drop, where others quarantine the row."""

    def __post_init__(self) -> None:
        """Without a path of its own, a column is delivered under its name."""
        if not self.path:
            object.__setattr__(self, "path", (self.name,))

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """Every path under which a drop may have the column, its own first."""
        return (self.path, *((*self.path[:-1], alias) for alias in self.aliases))

    @property
    def is_pii(self) -> bool:
        """Whether the values tell who somebody is; the loader then adds a pseudonym."""
        return self.classification == "pii"

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

    @property
    def pseudonym(self) -> TableColumn | None:
        """The column beside it that is the same wherever its text is the same, if it is PII."""
        if not self.is_pii:
            return None
        description = f"Keyed hash of {self.name}: the same for the same text, and no way back."
        return TableColumn(f"{self.name}_pseudonym", "string", description)

    def table_columns(self, *, keeps_pii: bool = True) -> tuple[TableColumn, ...]:
        """What raw.<feed> has of the column: itself and, of PII, its pseudonym."""
        if self.pseudonym is None:
            return (self.table_column,)
        kept = "Clear text." if keeps_pii else "Always null: the loader drops the clear text."
        description = f"{self.description} {kept}"
        return TableColumn(self.name, self.sql_type, description), self.pseudonym
