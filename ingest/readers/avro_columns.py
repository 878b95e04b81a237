"""Finds a contract's columns in the records of an Avro file, by Avro's rules for reader schemas.

A column is the field at its path, else at one of its aliases, else null. Numbers are promoted where
nothing is lost; whatever else is of another type is taken as text and cast as strictly as any.
"""

from dataclasses import dataclass, field

from ingest.casting import cast
from ingest.columns import Column, Kind
from ingest.readers import Delivered, as_text
from ingest.readers.avro_schema import MAX_DIGITS, Node
from ingest.readers.avro_values import (
    branches,
    day,
    entries,
    fields,
    instant,
    json,
    key,
    member,
    pair,
    text,
    time_of_day,
)
from ingest.sql import literal

Found = list[tuple[Node, str]]
"""Scalars, arrays and records that a path leads to, with their values: of a union any branch."""
DOUBLE_DIGITS = 15
"""Every number of so many decimal digits is a double of its own (IEEE 754)."""


@dataclass
class Names:
    """What of a record is taken: names below names; one with none below is taken as a whole."""

    below: dict[str, "Names"] = field(default_factory=dict)

    def take(self, path: tuple[str, ...]) -> None:
        """Add a path."""
        names = self
        for name in path:
            names = names.below.setdefault(name, Names())


def find(node: Node, value: str, path: tuple[str, ...]) -> Found:
    """What is at a path; nothing where records of this type can't have it."""
    if node.is_optional:
        return find(node.value, value, path)
    if node.type == "union":
        return [found for branch in branches(node, value) for found in find(*branch, path)]
    if not path:
        return [(node, value)]
    name, *rest = path
    if node.type == "map":
        entry = f"list_filter({value}, lambda entry: entry.key = {literal(name)})[-1]"
        return find(node.parts[0], member(f"({entry})", "value"), tuple(rest))
    if node.type == "record" and name in node.names:
        part, held = next((part, held) for n, part, held in fields(node, value) if n == name)
        return find(part, held, tuple(rest))
    return []


def delivered_text(found: Found) -> str:
    """What was delivered as text."""
    texts = [text(node, value) for node, value in found]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts or ['null::varchar'])})"


def delivered(column: Column, found: Found) -> Delivered | None:
    """The column without a detour over text; None where its values can't be had so unchanged."""
    if len(found) != 1:
        return None
    ((node, value),) = found
    converted = _converted(column, node, value)
    if converted is None:
        return None
    return Delivered(converted, text(node, value), f"{value} is not null")


def delivered_as_text(column: Column, found: Found) -> Delivered:
    """The column by way of `text_of` it. What is no scalar is no value, though it has a text."""
    way = as_text(column)
    no_scalar = [_is_no_scalar(node, value) for node, value in found]
    if conditions := [condition for condition in no_scalar if condition]:
        value = f"case when not ({' or '.join(conditions)}) then {way.value} end"
        return Delivered(value, way.text, way.given)
    return way


def _is_no_scalar(node: Node, value: str) -> str | None:
    if node.type in ("array", "map", "record"):
        return f"{value} is not null"
    if node.type in ("bytes", "fixed") and node.logical is None:
        return f"({value} is not null and try(decode({value})) is null)"
    return None


def _converted(  # noqa: PLR0911 - one per pair of types
    column: Column, node: Node, value: str
) -> str | None:
    logical = node.logical or ""
    match column.kind, node.type:
        case (Kind.INTEGER, "int" | "long") | (Kind.BOOLEAN, "boolean"):
            return value
        case Kind.DATE, "int" if logical == "date":
            return day(value)
        case Kind.TIME, "int" | "long" if logical.startswith("time-"):
            return time_of_day(logical, value)
        case Kind.TIMESTAMP, "long" if logical.startswith("timestamp-"):
            return instant(logical, value)
        case Kind.DECIMAL, "int" | "long":
            return f"try_cast({value} as {column.sql_type})"
        case Kind.DECIMAL, "double":
            return _from_double(column, value, text(node, value))
        case Kind.DECIMAL, "decimal" if node.scale <= column.scale and node.digits <= MAX_DIGITS:
            return _from_decimal(column, node, value)
        case _:
            return None


def _from_double(column: Column, value: str, delivered_text: str) -> str:
    """The double's shortest text, exactly, in a twentieth of the time.

    A decimal of at most 15 digits that is the same double is that text: no other so short is.
    """
    fitting = f"try_cast({value} as {column.sql_type})"
    limit = f"1e{DOUBLE_DIGITS - column.scale}::double"
    is_exact = f"abs({value}) < {limit} and {fitting}::double = {value}"
    return f"case when {is_exact} then {fitting} else {cast(column, f'({delivered_text})')} end"


def _from_decimal(column: Column, node: Node, value: str) -> str:
    """A value is held in 128 bits, which DuckDB checks only where the type changes."""
    if column.sql_type != f"decimal({MAX_DIGITS},{node.scale})":
        return f"try_cast({value} as {column.sql_type})"
    largest = f"{'9' * (MAX_DIGITS - node.scale)}.{'9' * node.scale}"
    return f"case when abs({value}) <= {literal(largest)}::{column.sql_type} then {value} end"


def rest(node: Node, value: str, taken: Names) -> str | None:
    """What isn't taken of a value, as JSON; SQL null where nothing is left, None where never."""
    if node.is_optional:
        return rest(node.value, value, taken)
    if node.type == "union":
        each = [rest(part, held, taken) for part, held in branches(node, value)]
        left = [one for one in each if one]
        return f"coalesce({', '.join(left)})" if left else None
    if node.type == "map":
        whole = tuple(name for name, below in taken.below.items() if not below.below)
        left = entries(node, value, but=whole)
        return f"'{{' || nullif({left}, '') || '}}'"
    if node.type == "record":
        left = members_left(fields(node, value), taken)
        inside = f"'{{' || nullif(concat_ws(',', {', '.join(left)}), '') || '}}'"
        return f"case when {value} is not null then {inside} end" if left else None
    return json(node, value)


def members_left(of: list[tuple[str, Node, str]], taken: Names) -> list[str]:
    """What isn't taken of fields, as members of a JSON object, each null where nothing is left."""
    left = []
    for name, node, value in of:
        if name not in taken.below:
            left.append(pair(name, node, value))
        elif taken.below[name].below and (inside := rest(node, value, taken.below[name])):
            left.append(f"{key(name)} || {inside}")
    return left
