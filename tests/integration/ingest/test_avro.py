"""What becomes of the values of Avro records."""

import datetime as dt
import random
import struct
from collections.abc import Iterator
from contextlib import closing, nullcontext
from decimal import Decimal
from unittest import mock

import pytest
from avro_bench import AvroBench, column
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_avro import (
    RECORDS,
    avro,
    logical,
    record,
)

from ingest.columns import Kind
from ingest.readers.avro_decoding import Decoder
from ingest.readers.avro_schema import Node, read_schema


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[AvroBench]:
    with closing(AvroBench(tmp_path_factory.mktemp("drops"))) as bench:
        yield bench


NO_POLARS = mock.patch.object(Node, "suits_polars", new=False)
ENUM = {"type": "enum", "name": "e", "symbols": ["A", "B"]}
FIXED = {"type": "fixed", "name": "f", "size": 2}
UUID = logical("fixed", "uuid", name="u", size=16)
CENTS = logical("bytes", "decimal", precision=6, scale=2)
MILLS = logical("bytes", "decimal", precision=6, scale=3)
GREAT = logical("bytes", "decimal", precision=60, scale=2)
MICROS = logical("long", "timestamp-micros")
MILLIS = logical("long", "timestamp-millis")
NANOS = logical("long", "timestamp-nanos")
LOCAL = logical("long", "local-timestamp-micros")
STRING, INTEGER, BOOLEAN = column(Kind.STRING), column(Kind.INTEGER), column(Kind.BOOLEAN)
DATE, TIME, TIMESTAMP = column(Kind.DATE), column(Kind.TIME), column(Kind.TIMESTAMP)
BERLIN = column(Kind.TIMESTAMP, timezone="Europe/Berlin")


at = dt.datetime.fromisoformat


def number(precision: int, scale: int):
    return column(Kind.DECIMAL, precision=precision, scale=scale)


@pytest.mark.parametrize(
    ("of", "value", "to", "expected"),
    [
        ("string", "ä\n", STRING, "ä\n"),
        ("string", "a\0", STRING, None),
        (ENUM, "B", STRING, "B"),
        (UUID, bytes(15) + b"\1", STRING, "00000000-0000-0000-0000-000000000001"),
        (logical("string", "uuid"), "any", STRING, "any"),
        ("bytes", "ä".encode(), STRING, "ä"),
        ("bytes", b"\xff", STRING, None),
        (FIXED, b"ab", STRING, "ab"),
        ("boolean", True, STRING, "true"),
        ("long", -5, STRING, "-5"),
        ("double", 1e-7, STRING, "0.0000001"),
        (CENTS, b"\x00\x96", STRING, "1.50"),
        (MICROS, 1, STRING, "1970-01-01T00:00:00.000001Z"),
        ({"type": "array", "items": "string"}, ["a"], STRING, None),
        ({"type": "map", "values": "string"}, {}, STRING, None),
        (record(a="long") | {"name": "inner"}, {"a": 1}, STRING, None),
        (["null", "long", "string"], "a", STRING, "a"),
        (["null", "long", {"type": "array", "items": "long"}], [1], STRING, None),
        ("int", -(2**31), INTEGER, -(2**31)),
        ("long", 2**63 - 1, INTEGER, 2**63 - 1),
        (MILLIS, 7, INTEGER, 7),
        ("string", "42", INTEGER, 42),
        ("string", "42.0", INTEGER, None),
        ("double", 5.0, INTEGER, None),
        ("boolean", True, INTEGER, None),
        (ENUM, "A", INTEGER, None),
        (logical("bytes", "decimal", precision=4, scale=0), b"\x05", INTEGER, 5),
        (["long", "string"], "42", INTEGER, 42),
        (["string", "long"], 42, INTEGER, 42),
        ("long", 5, number(5, 2), Decimal("5.00")),
        ("long", 1000, number(5, 2), None),
        ("double", 0.1, number(5, 2), Decimal("0.10")),
        ("double", 0.1, number(38, 30), Decimal("0.1")),
        ("double", 1.005, number(5, 2), None),
        ("double", 1e-7, number(8, 7), Decimal("0.0000001")),
        ("double", -1.5e-19, number(38, 20), Decimal("-0.00000000000000000015")),
        ("double", 1.25e22, number(38, 2), Decimal("12500000000000000000000")),
        ("double", 123456789012345680.0, number(38, 2), Decimal("123456789012345680")),
        ("double", float("nan"), number(5, 2), None),
        ("double", float("-inf"), number(5, 2), None),
        ("float", 0.1, number(5, 2), Decimal("0.10")),
        (CENTS, b"\xff\x6a", number(5, 2), Decimal("-1.50")),
        (CENTS, b"\x00\x96", number(38, 10), Decimal("1.50")),
        (CENTS, b"\x01\x86\xa0", number(5, 2), None),
        (MILLS, b"\x05\xdc", number(5, 2), Decimal("1.50")),
        (MILLS, b"\x05\xdd", number(5, 2), None),
        (GREAT, (10**40).to_bytes(18, "big"), number(38, 2), None),
        (GREAT, (150).to_bytes(18, "big"), number(38, 2), Decimal("1.50")),
        (CENTS, (150).to_bytes(30, "big"), number(38, 2), Decimal("1.50")),
        ("string", "1.5", number(5, 2), Decimal("1.50")),
        ("boolean", False, BOOLEAN, False),
        ("string", "true", BOOLEAN, True),
        ("int", 1, BOOLEAN, None),
        (logical("int", "date"), 19_723, DATE, dt.date(2024, 1, 1)),
        (logical("int", "date"), -719_162, DATE, dt.date(1, 1, 1)),
        (logical("int", "date"), -719_163, DATE, None),
        (logical("int", "date"), 2_932_897, DATE, None),
        ("int", 19_723, DATE, None),
        ("string", "2024-01-01", DATE, dt.date(2024, 1, 1)),
        (MICROS, 0, DATE, None),
        (logical("int", "time-millis"), 1, TIME, dt.time(0, 0, 0, 1000)),
        (logical("long", "time-micros"), 86_399_999_999, TIME, dt.time(23, 59, 59, 999999)),
        (logical("long", "time-micros"), 86_400_000_000, TIME, None),
        (logical("int", "time-millis"), -1, TIME, None),
        (MILLIS, 1_704_067_200_001, TIMESTAMP, at("2024-01-01T00:00:00.001000")),
        (MICROS, -1, TIMESTAMP, at("1969-12-31T23:59:59.999999")),
        (MICROS, 1, BERLIN, at("1970-01-01T00:00:00.000001")),
        (MICROS, 253_402_300_800_000_000, TIMESTAMP, None),
        (MILLIS, 2**63 - 1, TIMESTAMP, None),
        (NANOS, -1000, TIMESTAMP, at("1969-12-31T23:59:59.999999")),
        (NANOS, 1001, TIMESTAMP, None),
        (NANOS, -(2**63), TIMESTAMP, None),
        (LOCAL, 1_704_067_200_000_000, BERLIN, at("2023-12-31T23:00:00")),
        (LOCAL, 1_704_067_200_000_000, TIMESTAMP, None),
        (
            logical("long", "local-timestamp-nanos"),
            1000,
            BERLIN,
            at("1969-12-31T23:00:00.000001"),
        ),
        ("long", 1_704_067_200_000, TIMESTAMP, None),
        ("string", "2024-01-01T01:00:00+01:00", TIMESTAMP, at("2024-01-01T00:00:00")),
    ],
)
@pytest.mark.parametrize("is_optional", [False, True])
def test_a_value_is_cast_exactly_or_not_at_all(bench, of, value, *, to, expected, is_optional):
    is_union = isinstance(of, list)
    schema = record(c=["null", of] if is_optional and not is_union else of)
    records = [{"c": value}] + [{"c": None}] * (is_optional and not is_union)
    content = avro(schema, records)
    for patched in (nullcontext(), NO_POLARS):
        with patched:
            first, *others = bench.read(content, to)
        assert (first["c"], first["given"]) == (expected, True)
        assert first["delivered"] is not None
        assert all((o["c"], o["given"], o["delivered"]) == (None, False, None) for o in others)


def test_doubles_become_the_decimal_of_their_shortest_text(bench):
    draw = random.Random(1)  # noqa: S311 - the same numbers each time
    values = [struct.unpack("d", draw.randbytes(8))[0] for _ in range(2000)]
    for digits in range(18):
        values += [
            round(draw.uniform(-(10**n), 10**n), digits) for n in range(16) for _ in range(9)
        ]
    values += [float(draw.randrange(-(10**n), 10**n)) for n in range(1, 20) for _ in range(20)]
    content = avro(record(c="double"), [{"c": value} for value in values])
    for precision, scale in [(5, 2), (12, 2), (15, 15), (18, 4), (38, 0), (38, 10), (38, 37)]:
        limit = Decimal(10) ** (precision - scale)
        rows = bench.read(content, number(precision, scale))
        for value, row in zip(values, rows, strict=True):
            exact = Decimal(repr(value))
            fits = exact.is_finite() and abs(exact) < limit and exact.as_tuple().exponent >= -scale
            fits = fits or (exact.is_finite() and abs(exact) < limit and exact % 1 == 0)
            if abs(value) > 1e-20 and abs(value) < 1e37:
                assert row["c"] == (exact if fits else None), (value, row)
            else:
                assert row["c"] in (None, exact if fits else None)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_polars_and_fastavro_give_what_was_written(bench, data):
    made = data.draw(RECORDS)
    records = data.draw(st.lists(made.values, max_size=5))
    content = avro(made.schema, records, sync_interval=data.draw(st.sampled_from([1, 10_000])))
    expected = [made.json(written) for written in records]
    unneeded = mock.patch.object(Decoder, "_by_fastavro", side_effect=AssertionError)
    is_polars = read_schema(made.schema).suits_polars
    with unneeded if is_polars else nullcontext():
        assert bench.payloads(content) == expected
    with NO_POLARS:
        assert bench.payloads(content) == expected
