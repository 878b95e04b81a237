"""What a contract says, once it is read."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from ingest.columns import Column, TableColumn


@dataclass(frozen=True)
class Dialect:
    """How a CSV drop is written; drops of other formats have the defaults."""

    delimiter: str = ","
    quote: str = '"'
    """Empty where nothing is ever quoted."""
    has_header: bool = True
    """Without a header line, fields are the contract's columns in their order."""
    encoding: str = "utf-8"
    """As Python's codecs call it. A byte order mark is none of the text, whatever this is."""
    null_values: tuple[str, ...] = ()
    """Texts that mean no value, besides the empty one."""
    decimal_separator: str = "."


@dataclass(frozen=True)
class PathPattern:
    """Which files of a source are drops of a feed."""

    path: str
    """A glob, with parts of a date from {yyyy} to {ss}; of kafka_connect the folder of topics, of
    firehose the text before the dates, which may be empty."""
    layout: str = "glob"
    topic: str | None = None
    """kafka_connect only."""
    error_prefix: str | None = None
    """firehose only: what paths of error records start with."""


@dataclass(frozen=True)
class Completeness:
    """What proves that a drop is whole, besides its format."""

    final_line_end: bool = False
    trailer: str | None = None
    """A regular expression of the last line; its one group is the number of records."""
    manifest: str | None = None
    """What is added to a drop's name to get that of its manifest."""
    marker: str | None = None
    """The same of its marker where it starts with a dot; else the name of one per folder."""


@dataclass(frozen=True)
class Contract:
    """One feed: where its drops are told by name, how they are read and what their columns are."""

    feed: str
    version: str
    description: str
    kind: str
    format: str
    dialect: Dialect
    patterns: tuple[PathPattern, ...]
    completeness: Completeness
    max_bytes: int | None
    """How large a drop may be, unpacked; null for the loader's own bound."""
    cadence: timedelta | None
    """How often a drop is due at least."""
    timezone: str | None
    """Zone of clock readings that state none themselves; without it those are rejected."""
    effective_at: str | None
    """What says when reference data takes effect: store_time, file_name, or column and its name."""
    platform: str | None
    """Where the feed's viewing takes place; null for a feed that brings none."""
    quarantine_threshold_pct: float
    fails_drop: frozenset[str]
    """Names of the rules of a whole row that fail the drop: record, fields, unique (together)."""
    raw_pii: str
    """Whether raw keeps the clear text of PII columns: keep or drop."""
    columns: tuple[Column, ...]
    unique_together: tuple[tuple[str, ...], ...]
    """Names of columns whose values, taken together, may be in a drop only once."""

    @property
    def is_reference(self) -> bool:
        """Whether a drop replaces what the feed said before, instead of adding to it."""
        return self.kind == "reference"

    @cached_property
    def effective_column(self) -> Column | None:
        """The column that says when each row takes effect, if one does."""
        return next((c for c in self.columns if self.effective_at == f"column {c.name}"), None)

    @property
    def drops_take_effect(self) -> bool:
        """Whether each drop takes effect at one time, so that its content may be news again."""
        return self.is_reference and self.effective_column is None

    @cached_property
    def pii(self) -> tuple[Column, ...]:
        """The columns whose values tell who somebody is."""
        return tuple(column for column in self.columns if column.is_pii)

    @property
    def drops_pii(self) -> bool:
        """Whether clear text of PII is kept nowhere."""
        return self.raw_pii == "drop" and bool(self.pii)

    @cached_property
    def table_columns(self) -> tuple[TableColumn, ...]:
        """The contract's columns as raw.<feed> has them, each pseudonym after its clear text."""
        kept = self.raw_pii == "keep"
        return tuple(each for c in self.columns for each in c.table_columns(keeps_pii=kept))
