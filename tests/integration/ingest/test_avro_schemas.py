"""Schemas of Avro files that are and aren't the contract's, and what of a record is whose."""

import json
import struct
from collections.abc import Iterator
from contextlib import closing

import pytest
from avro_bench import AvroBench, column
from made_avro import CODECS, avro, record

from ingest.columns import Kind

TEXT = column(Kind.STRING, "text", required=True)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[AvroBench]:
    with closing(AvroBench(tmp_path_factory.mktemp("drops"))) as bench:
        yield bench


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no Avro file"),
        (b"PAR1", "no Avro file"),
        (b"Obj\x01\x00" + bytes(16), "has no schema"),
        (b"Obj\x01\x01", "cut off within its header"),
        (b"Obj\x01" + b"\xff" * 12, "has no end"),
        (b"Obj\x01\x02\xfe\xff\xff\xff\x0f", "larger than"),
    ],
)
def test_what_has_no_header_is_refused(bench, content, reason):
    assert reason in bench.refused(content)


def with_schema(schema: object, codec: str = "null") -> bytes:
    """A file without records."""
    text = (schema if isinstance(schema, str) else json.dumps(schema)).encode()
    pairs = [b"avro.schema", text, b"avro.codec", codec.encode()]
    packed = [struct.pack("<BB", n * 2 & 0x7F | 0x80, n * 2 >> 7) for n in map(len, pairs)]
    return b"Obj\x01\x04" + b"".join(a + b for a, b in zip(packed, pairs, strict=True)) + bytes(17)


DEEP = "long"
for _ in range(100):
    DEEP = {"type": "array", "items": DEEP}
LAUGHS = [record(a="long") | {"name": "r0"}]
for n in range(1, 30):
    LAUGHS.append(
        record(a=LAUGHS[-1] if n == 1 else f"r{n - 1}", b=f"r{n - 1}") | {"name": f"r{n}"}
    )
LAUGHS = record(**{f"f{n}": of for n, of in enumerate(LAUGHS[1:])})


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("{", "isn't valid JSON"),
        ("[" * 5000, "isn't valid JSON"),
        ("null", "no type"),
        ("1", "no type"),
        ('"string"', "it must be of records"),
        (["null", "long"], "it must be of records"),
        (record(a="nowhere"), "'nowhere', which it doesn't have"),
        (record(a="made"), "holds itself"),
        (record(a=["null", {"type": "array", "items": "made"}]), "holds itself"),
        (record(a=[]), "union of no type"),
        (record(a=["null", ["null"]]), "or of unions"),
        (record(a={"type": "fixed", "name": "f"}), "isn't completely defined"),
        (record(a={"type": "array", "items": "null"}), "items that hold nothing"),
        (record(a=DEEP), "nested over"),
        (LAUGHS, "nested over"),
        ({"type": "record", "name": "r", "fields": [{"name": "a"}]}, "no type"),
        ({"type": "record", "fields": []}, "without a name"),
    ],
)
def test_a_schema_that_no_table_can_hold_is_refused(bench, schema, reason):
    assert reason in bench.refused(with_schema(schema))


def test_an_unknown_codec_is_named(bench):
    reason = bench.refused(with_schema(record(a="long"), "lz4"))
    assert reason == f"the Avro codec is 'lz4'; known are {', '.join(CODECS)}"


def test_a_required_column_must_be_in_the_schema(bench):
    content = with_schema(record(a="long", b="long"))
    missing = bench.refused(content, TEXT, column(Kind.STRING, "a", required=True))
    assert missing == "the required column text is missing; the Avro schema names a, b"
    assert bench.read(content, column(Kind.STRING, "optional")) == []


USER = record(id="long", name=["null", "string"], tags={"type": "map", "values": "string"})
NESTED = record(
    user=["null", USER | {"name": "user"}], old="string", page="string", x=["null", "long"]
)
WRITTEN = [
    {"user": {"id": 1, "name": "n", "tags": {"a": "1", "b": "2"}}, "old": "o", "page": "p", "x": 5},
    {"user": {"id": 2, "name": None, "tags": {"a": "1"}}, "old": "o", "page": "p", "x": None},
    {"user": None, "old": "o", "page": "p", "x": None},
]


def test_columns_are_found_by_path_and_alias_and_the_rest_is_kept(bench):
    columns = [
        column(Kind.INTEGER, "user_id", path=("user", "id")),
        column(Kind.STRING, "a", path=("user", "tags", "a")),
        column(Kind.STRING, "new", required=True, aliases=("older", "old")),
        column(Kind.STRING, "page", aliases=("old",)),
        column(Kind.STRING, "later"),
    ]
    rows = bench.read(avro(NESTED, WRITTEN), *columns)
    assert [(r["user_id"], r["a"], r["new"], r["page"], r["later"]) for r in rows] == [
        (1, "1", "o", "p", None),
        (2, "1", "o", "p", None),
        (None, None, "o", "p", None),
    ]
    assert [json.loads(row["extra"]) for row in rows] == [
        {"user": {"name": "n", "tags": {"b": "2"}}, "x": 5},
        {"user": {"name": None}, "x": None},
        {"x": None},
    ]
    assert [json.loads(row["payload"]) for row in rows] == WRITTEN


def test_nothing_is_left_where_the_contract_has_everything(bench):
    content = avro(record(text="string", n="long"), [{"text": "a", "n": 1}])
    (row,) = bench.read(content, TEXT, column(Kind.INTEGER, "n"))
    assert row["extra"] is None


def test_a_whole_record_can_be_a_union(bench):
    schemas = [
        record(text="string", a="long") | {"name": "start"},
        record(text="string", b="long") | {"name": "stop"},
        "string",
        "null",
    ]
    written = [("start", {"text": "1", "a": 1}), ("stop", {"text": "2", "b": 2}), "no record", None]
    rows = bench.read(avro(schemas, written), TEXT, column(Kind.INTEGER, "a"))
    assert [(row["text"], row["a"], row["problem"]) for row in rows] == [
        ("1", 1, None),
        ("2", None, None),
        (None, None, "isn't a record"),
        (None, None, "isn't a record"),
    ]
    assert [row["extra"] for row in rows[:2]] == [None, '{"b":2}']
    assert [row["payload"] for row in rows[2:]] == ['"no record"', None]


def test_names_may_be_anything(bench):
    """Avro's names are tame, but what reads a header takes any."""
    schema = record(**{"it's": "string", 'a"b': "long", 'A"B': "long", "%": "long", "{x}": "long"})
    schema["fields"].append({"name": "\U0001f3ac\n;--", "type": "long"})
    rows = bench.read(with_schema(schema))
    assert rows == []
