"""Strict casts and checks of delivered text, in SQL.

DuckDB's try_cast alone turns '1.5' into 2, accepts '1:2:3' and drops offsets: each kind has a
pattern of what its text may look like, and only then a cast.
"""

from dataclasses import dataclass

from ingest.columns import Column, Kind
from ingest.sql import literal, literals

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
OFFSET = r"(Z|[-+](0[0-9]|1[0-4]):?[0-5][0-9])"
INSTANT = f"{DATE}[T ]{TIME}"
BLANKS = literal(" \t\n\r\xa0")
EXPECTED = {
    Kind.STRING: "plain text without a NUL character",
    Kind.INTEGER: "a whole number of 64 bits",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date YYYY-MM-DD",
    Kind.TIME: "a time HH:MM:SS before 24:00:00",
}


@dataclass(frozen=True)
class Rule:
    """A check of one column: the rows that break it, as SQL, and what the reason says."""

    name: str
    breaks: str
    reason: str


def cast(column: Column, text: str) -> str:
    """The value of `text` (SQL) in the column's type; null where it isn't one."""
    if column.kind is Kind.TIMESTAMP:
        return _timestamp(column.timezone, text)
    if column.kind is Kind.STRING:
        return f"case when not contains({text}, chr(0)) then {text} end"
    accepted = {
        Kind.INTEGER: _like(text, "-?[0-9]+"),
        Kind.DECIMAL: _like(text, f"-?[0-9]+{_fraction(column.scale)}"),
        Kind.BOOLEAN: f"{text} in ('true', 'false')",
        Kind.DATE: f"{_like(text, DATE)} and {text} >= '0001'",
        Kind.TIME: _like(text, TIME),
    }[column.kind]
    return f"case when {accepted} then try_cast({text} as {column.sql_type}) end"


def rules(column: Column, text: str, value: str, given: str) -> list[Rule]:
    """Checks of a column in the order in which they are reported; the rest is SQL."""
    checks = []
    if column.required:
        blank = f" or {_is_blank(text)}" if column.kind is Kind.STRING else ""
        checks.append(Rule("required", f"not ({given}){blank}", "is missing"))
    if column.kind is Kind.TIMESTAMP and column.timezone is None:
        unzoned = f"case when {value} is null then {_like(text, INSTANT)} end"
        checks.append(Rule("zone", unzoned, "states no zone"))
    type_reason = f"isn't {_expected(column)}"
    checks.append(Rule("type", f"({given}) and {value} is null", type_reason))
    if column.valid_values:
        values = ", ".join(column.valid_values)
        breaks = f"{text} not in ({literals(column.valid_values)})"
        checks.append(Rule("valid values", breaks, f"isn't one of {values}"))
    if column.minimum is not None:
        breaks = f"{value} < {_bound(column, column.minimum)}"
        checks.append(Rule("minimum", breaks, f"is below {column.minimum}"))
    if column.maximum is not None:
        breaks = f"{value} > {_bound(column, column.maximum)}"
        checks.append(Rule("maximum", breaks, f"is above {column.maximum}"))
    if column.pattern is not None:
        breaks = f"not regexp_matches({text}, {literal(column.pattern)})"
        checks.append(Rule("pattern", breaks, f"doesn't match {column.pattern}"))
    return checks


def _is_blank(text: str) -> str:
    """The first character tells almost always, at a tenth of what trimming costs."""
    may_be = f"{text} < '!' or starts_with({text}, chr(160))"
    return f"case when {may_be} then trim({text}, {BLANKS}) = '' else false end"


def _fraction(scale: int) -> str:
    """Decimals that fit; zeros beyond them lose nothing."""
    return rf"(\.[0-9]{{1,{scale}}}0*)?" if scale else r"(\.0+)?"


def _timestamp(zone: str | None, text: str) -> str:
    """UTC, naive. A local reading that a clock change skips is none; one it repeats is the later.

    PostgreSQL and Python read offsets only to 14:59 and 23:59; 14:59 is what every engine reads.
    """
    stated = f"timezone('UTC', try_cast({text} as timestamptz))"
    branches = f"when {_like(text, INSTANT + OFFSET)} then {stated} "
    if zone is not None:
        local = f"try_cast({text} as timestamp)"
        instant = f"timezone({literal(zone)}, {local})"
        exists = f"timezone({literal(zone)}, {instant}) = {local}"
        branches += f"when {_like(text, INSTANT)} and {exists} then timezone('UTC', {instant}) "
    return f"case when {text} < '0001' then null {branches}end"


def _like(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _bound(column: Column, bound: str) -> str:
    return f"({cast(column, literal(bound))})"


def _expected(column: Column) -> str:
    match column.kind:
        case Kind.DECIMAL:
            return f"a plain number that fits {column.sql_type} without rounding"
        case Kind.TIMESTAMP:
            zone = f" (else {column.timezone})" if column.timezone else ""
            return f"a timestamp YYYY-MM-DDTHH:MM:SS with its offset{zone}"
        case _:
            return EXPECTED[column.kind]
