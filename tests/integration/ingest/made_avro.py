"""Avro types with any values of them, and what JSON each value must become."""

import base64
import datetime as dt
import io
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import fastavro
import numpy as np
from hypothesis import strategies as st

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive and UTC
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
DAY_MICROS = 86_400_000_000
CODECS = ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]


def avro(schema: object, records: list[Any], codec: str = "null", **options: Any) -> bytes:
    """A file as fastavro writes it; values of logical types may be given as they are encoded."""
    buffer = io.BytesIO()
    fastavro.writer(buffer, fastavro.parse_schema(schema), records, codec, **options)
    return buffer.getvalue()


def record(**types: object) -> dict[str, object]:
    """A schema with these fields."""
    fields = [{"name": name, "type": of} for name, of in types.items()]
    return {"type": "record", "name": "made", "fields": fields}


def logical(base: str, kind: str, **rest: object) -> dict[str, object]:
    """A type with a logical type."""
    return {"type": base, "logicalType": kind} | rest


@dataclass(frozen=True)
class Made:
    """A type, values of it as fastavro takes them, and the JSON of a value."""

    schema: Any
    values: st.SearchStrategy[Any]
    json: Callable[[Any], Any]
    python: type = object
    """Tells which branch of a union a value is of."""


def _same(value: Any) -> Any:
    return value


def _number(value: float) -> Any:
    return Decimal(repr(value)) if math.isfinite(value) else str(value)


def _single(value: float) -> Any:
    return Decimal(str(np.float32(value))) if math.isfinite(value) else str(value)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _day(value: int) -> str:
    if not FIRST_DAY <= value <= LAST_DAY:
        return str(value)
    return (EPOCH + dt.timedelta(days=value)).date().isoformat()


def _time(unit: int) -> Callable[[int], str]:
    def text(value: int) -> str:
        if not 0 <= value * unit < DAY_MICROS:
            return str(value)
        clock = (EPOCH + dt.timedelta(microseconds=value * unit)).time()
        return clock.isoformat("milliseconds" if unit == 1000 else "microseconds")

    return text


def _instant(unit: float, zone: str) -> Callable[[int], str]:
    def text(value: int) -> str:
        micros = value * 1000 if unit == 1000 else value if unit == 1 else value // 1000
        rest = value % 1000 if unit not in (1, 1000) else 0
        if not FIRST_DAY * DAY_MICROS <= micros < (LAST_DAY + 1) * DAY_MICROS:
            return str(value)
        at = EPOCH + dt.timedelta(microseconds=micros)
        digits = at.isoformat(timespec="milliseconds" if unit == 1000 else "microseconds")
        return digits + (f"{rest:03}" if rest else "") + zone

    return text


def _decimal(scale: int) -> Callable[[bytes], Decimal]:
    def value(encoded: bytes) -> Decimal:
        unscaled = int.from_bytes(encoded, "big", signed=True)
        digits = tuple(int(digit) for digit in str(abs(unscaled)))
        return Decimal((int(unscaled < 0), digits, -scale))

    return value


INT = st.integers(-(2**31), 2**31 - 1)
LONG = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-(10**6), 10**6))
MICROS = st.one_of(LONG, st.integers(FIRST_DAY * DAY_MICROS, (LAST_DAY + 1) * DAY_MICROS - 1))
NANOS = st.integers(-9_223_372_036_854_775_000, 9_223_372_036_854_775_000)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
SCALARS = {
    "boolean": Made("boolean", st.booleans(), _same, bool),
    "int": Made("int", INT, _same, int),
    "long": Made("long", LONG, _same, int),
    "float": Made("float", st.floats(width=32, allow_nan=False), _single, float),
    "double": Made("double", st.floats(allow_nan=False), _number, float),
    "string": Made("string", TEXTS, _same, str),
    "bytes": Made("bytes", st.binary(max_size=9), _base64, bytes),
    "date": Made(logical("int", "date"), st.one_of(INT, st.integers(-800_000, 3_000_000)), _day),
    "time-millis": Made(logical("int", "time-millis"), INT, _time(1000)),
    "time-micros": Made(logical("long", "time-micros"), MICROS, _time(1)),
    "unknown": Made(logical("long", "made-up"), LONG, _same, int),
} | {
    f"{kind}-{name}": Made(logical("long", f"{kind}-{name}"), values, _instant(unit, zone))
    for kind, zone in (("timestamp", "Z"), ("local-timestamp", ""))
    for name, unit, values in (("millis", 1000, MICROS), ("micros", 1, MICROS), ("nanos", 0, NANOS))
}
NUMBERS = itertools.count()


@st.composite
def decimals(draw: st.DrawFn) -> Made:
    """Bytes or fixed of any size, those that no 128 bits hold included."""
    size = draw(st.integers(1, 20))
    most = len(str(2 ** (8 * size - 1) - 1)) - 1
    digits = draw(st.integers(1, most))
    scale = draw(st.integers(0, digits))
    limit = 10**digits - 1
    integers = st.integers(-limit, limit)
    if draw(st.booleans()):
        schema = logical("bytes", "decimal", precision=digits, scale=scale)
        values = integers.map(lambda n: n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))
    else:
        named = {"name": f"decimal{next(NUMBERS)}", "size": size}
        schema = logical("fixed", "decimal", precision=digits, scale=scale) | named
        values = integers.map(lambda n: n.to_bytes(size, "big", signed=True))
    return Made(schema, values, _decimal(scale), bytes)


@st.composite
def enums(draw: st.DrawFn) -> Made:
    """A few symbols."""
    symbols = draw(st.lists(st.from_regex(r"[A-Z][a-z0-9]{0,3}", fullmatch=True), min_size=1))
    symbols = sorted(set(symbols))
    schema = {"type": "enum", "name": f"enum{next(NUMBERS)}", "symbols": symbols}
    return Made(schema, st.sampled_from(symbols), _same, str)


@st.composite
def fixed(draw: st.DrawFn) -> Made:
    """Bytes of one length, or a uuid."""
    name = {"name": f"fixed{next(NUMBERS)}"}
    if draw(st.booleans()):
        schema = logical("fixed", "uuid", size=16) | name
        value = st.binary(min_size=16, max_size=16)
        return Made(schema, value, lambda encoded: str(UUID(bytes=encoded)), bytes)
    size = draw(st.integers(1, 9))
    schema = {"type": "fixed", "size": size} | name
    return Made(schema, st.binary(min_size=size, max_size=size), _base64, bytes)


def _optional(of: Made, *, is_first: bool) -> Made:
    branches = ["null", of.schema] if is_first else [of.schema, "null"]

    def text(value: Any) -> Any:
        return None if value is None else of.json(value)

    return Made(branches, st.one_of(st.none(), of.values), text)


def _array(items: Made) -> Made:
    values = st.lists(items.values, max_size=4)
    return Made(
        {"type": "array", "items": items.schema}, values, lambda v: list(map(items.json, v))
    )


def _map(of: Made) -> Made:
    values = st.dictionaries(TEXTS, of.values, max_size=3)
    return Made(
        {"type": "map", "values": of.schema},
        values,
        lambda value: {name: of.json(member) for name, member in value.items()},
        dict,
    )


def made_record(fields: dict[str, Made], name: str | None = None) -> Made:
    """A record of these fields; a field of null has null in every record."""
    schema = record(**{field: of.schema for field, of in fields.items()})
    schema["name"] = name or f"record{next(NUMBERS)}"
    values = st.fixed_dictionaries({field: of.values for field, of in fields.items()})
    return Made(
        schema,
        values,
        lambda value: {field: of.json(value[field]) for field, of in fields.items()},
        dict,
    )


def _union(of: list[Made]) -> Made:
    """Of types whose values Python tells apart, so that fastavro takes the branch that is meant."""
    branches = {made.python: made for made in of if made.python is not object}
    ordered = sorted(branches.values(), key=lambda made: made.python is float)

    def text(value: Any) -> Any:
        return None if value is None else branches[type(value)].json(value)

    values = st.one_of(st.none(), *(made.values for made in ordered))
    return Made(["null", *(made.schema for made in ordered)], values, text)


FIELD_NAMES = st.sampled_from(["a", "A", "b", "key", "value", "order", "f0", "Straße", "x_1"])
SIMPLE = st.one_of(st.sampled_from(list(SCALARS.values())), decimals(), enums(), fixed())
NOTHING = Made("null", st.none(), _same)


def _nested(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    fields = st.dictionaries(FIELD_NAMES, st.one_of(inner, st.just(NOTHING)), max_size=3)
    records = fields.filter(lambda of: any(made is not NOTHING for made in of.values()))
    plain = st.one_of(inner.map(_array), inner.map(_map), records.map(made_record))
    unions = st.lists(st.one_of(SIMPLE, plain), min_size=2, max_size=4).map(_union)
    return st.one_of(plain, unions.filter(lambda made: len(made.schema) > 1))


def _any_optional(made: Made) -> st.SearchStrategy[Made]:
    if isinstance(made.schema, list) or made.schema == "null":
        return st.just(made)
    return st.sampled_from([made, _optional(made, is_first=True), _optional(made, is_first=False)])


TYPES = st.recursive(
    SIMPLE.flatmap(_any_optional), lambda inner: _nested(inner).flatmap(_any_optional), max_leaves=6
)
RECORDS = st.dictionaries(FIELD_NAMES, TYPES, min_size=1, max_size=5).map(
    lambda fields: made_record(fields, "made")
)
"""Types of whole records."""
