"""What contracts are exported as, read by the tools that producers read it with."""

import io
import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import fastavro
import grpc_tools
import jsonschema
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_contracts import contract, field
from typer.testing import CliRunner

from ingest.casting import cast, rules
from ingest.columns import Column
from ingest.commands.contract import app
from ingest.contracts import Contract, read_contract
from ingest.contracts.exporting import EXPORTS
from ingest.contracts.exporting.avro import avro_schema
from ingest.contracts.exporting.json_schema import json_schema
from ingest.contracts.exporting.patterns import portable
from ingest.contracts.exporting.protobuf import protobuf_file
from ingest.contracts.values import pattern_error
from ingest.errors import UsageError
from ingest.settings import PROJECT_DIR

CONTRACTS = [read_contract(path) for path in sorted((PROJECT_DIR / "contracts").glob("*.yaml"))]
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"


def codes(*values: object) -> dict:
    quality = {"metric": "invalidValues", "arguments": {"validValues": [*values]}, "mustBe": 0}
    return {"quality": [quality]}


MADE = contract(
    field("id", "integer", primaryKey=True),
    field("code", required=True, **codes("on", "off")),
    field("os", path="device.os.name", aliases=["os-name", "os_name"], required=True),
    field("model", path="device.model"),
    field("page", path="web.page", logicalTypeOptions={"pattern": "^/"}),
    field("title", path="web.title"),
    field("price", "number", logicalTypeOptions={"minimum": 0}),
    field("is_live", "boolean"),
    field("on_date", "date", logicalTypeOptions={"minimum": "2000-01-01"}),
    field("at_time", "time"),
    field("started_at", "timestamp"),
)
RECORD = {
    "id": 1,
    "code": "on",
    "device": {"os": {"name": "tvOS"}, "model": None},
    "web": {"page": "/a", "title": None},
    "price": Decimal("12.50"),
    "is_live": True,
    "on_date": date(2024, 2, 29),
    "at_time": time(23, 59, 59, 999_999),
    "started_at": datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC),
}
BARE = {"id": 1, "code": "off", "device": {"os": {"name": "tvOS"}}}
DELIVERED = {
    **RECORD,
    "price": 12.5,
    "on_date": "2024-02-29",
    "at_time": "23:59:59.999999",
    "started_at": "2024-02-29T01:02:03.000004Z",
}
"""The record as JSON."""


@pytest.mark.parametrize("made", [*CONTRACTS, MADE], ids=lambda made: made.feed)
def test_every_export_is_one(made, tmp_path):
    fastavro.parse_schema(json.loads(avro_schema(made)))
    jsonschema.Draft202012Validator.check_schema(json.loads(json_schema(made)))
    assert message(made, tmp_path)
    for export in EXPORTS.values():
        assert export(made) == export(made)
        assert export(made).endswith("\n")
        assert "examples" not in export(made)


# Avro


def test_avro_writes_every_kind_and_reads_it_back():
    schema = fastavro.parse_schema(json.loads(avro_schema(MADE)))
    file = io.BytesIO()
    nothing = dict.fromkeys(("web", "price", "is_live", "on_date", "at_time", "started_at"))
    fastavro.writer(file, schema, [RECORD, BARE])
    file.seek(0)
    bare = {**BARE, "device": {**BARE["device"], "model": None}, **nothing}
    assert list(fastavro.reader(file)) == [RECORD, bare]


def test_avro_knows_required_columns_aliases_rules_and_nested_records():
    schema = json.loads(avro_schema(MADE))
    fields = {each["name"]: each for each in schema["fields"]}
    assert list(fields) == [*RECORD]
    assert fields["id"]["type"] == "long"
    assert "default" not in fields["id"]
    assert fields["id"]["audienceVault"] == {"key": True}
    assert fields["code"]["audienceVault"] == {"validValues": ["on", "off"]}
    assert fields["price"]["type"][1] == {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": 10,
        "scale": 2,
    }
    device = fields["device"]["type"]
    os = device["fields"][0]["type"]
    assert os["fields"][0]["aliases"] == ["os_name"]
    assert (device["namespace"], device["name"]) == ("audience_vault.made", "device")
    assert (os["namespace"], os["name"]) == ("audience_vault.made.device", "os")
    assert fields["web"]["type"][0] == "null"
    assert fields["web"]["default"] is None


def test_records_of_one_name_at_different_places_are_two_types():
    made = contract(
        field("a", path="x.z.a", required=True),
        field("b", path="y.z.b", required=True),
        field("c", path="x_z.c", required=True),
    )
    schema = fastavro.parse_schema(json.loads(avro_schema(made)))
    record = {"x": {"z": {"a": "1"}}, "y": {"z": {"b": "2"}}, "x_z": {"c": "3"}}
    file = io.BytesIO()
    fastavro.writer(file, schema, [record])
    file.seek(0)
    assert list(fastavro.reader(file)) == [record]


# JSON Schema


def valid(made: Contract, record: object, *, formats: bool = False) -> bool:
    """By default formats only annotate, as in JSON Schema itself: RFC 3339 is what to write."""
    schema = json.loads(json_schema(made))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER if formats else None
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(record)


def test_real_records_are_valid_by_their_json_schema(real_drops):
    made = next(each for each in CONTRACTS if each.feed == "stb_events")
    validator = jsonschema.Draft202012Validator(json.loads(json_schema(made)))
    for path in sorted((real_drops / "stb_events").glob("events_*.json")):
        for records in json.loads(path.read_text()).values():
            for record in records:
                validator.validate(record)


@pytest.mark.parametrize(
    "record",
    [
        DELIVERED,
        BARE,
        {**DELIVERED, "unknown": 1},
        {**DELIVERED, "id": "1", "price": "12.500", "is_live": "true"},
        {**DELIVERED, "web": None, "price": None},
        {**DELIVERED, "started_at": "2024-02-29T01:02:03+03:00"},
    ],
)
def test_what_loads_is_valid(record):
    assert valid(MADE, record, formats=True)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "1.5"},
        {"id": 1.5},
        {"id": 2**63},
        {"code": "dim"},
        {"device": None},
        {"device": {"os": {"name": " "}}},
        {"device": {"os": {}}},
        {"web": {"page": "a"}},
        {"web": "x"},
        {"price": -1},
        {"price": 10**8},
        {"price": "1.255"},
        {"is_live": "yes"},
        {"on_date": "29.02.2024"},
        {"on_date": "2023-02-29"},
        {"at_time": "24:00:00"},
        {"started_at": "2024-02-29T01:02:03"},
    ],
)
def test_what_does_not_load_is_not_valid(change):
    assert not valid(MADE, {**DELIVERED, **change}, formats=True)


COLUMNS = [
    field("c"),
    field("c", required=True),
    field("c", required=True, logicalTypeOptions={"pattern": "^[a-z0-9]"}),
    field("c", logicalTypeOptions={"pattern": "(?i)^A"}),
    field("c", logicalTypeOptions={"pattern": r"^\S+$"}),
    field("c", logicalTypeOptions={"pattern": r"^\-?.\W?$"}),
    field("c", **codes("a", "1")),
    field("c", "integer"),
    field("c", "integer", **codes(1, 2)),
    field("c", "integer", logicalTypeOptions={"minimum": "007", "maximum": 99}),
    field("c", "number"),
    field("c", "number", physicalType="decimal(5,0)", logicalTypeOptions={"maximum": "99.0"}),
    field("c", "boolean"),
    field("c", "boolean", **codes("true"), required=True),
    field("c", "date", logicalTypeOptions={"maximum": "2024-06-30"}),
    field("c", "time"),
    field("c", "timestamp"),
    field("c", "timestamp", logicalTypeOptions={"defaultTimezone": "Asia/Riyadh"}),
]
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["true", "false", "a", "A", " ", "", "1", "2", "8.0", "-3", "99999", "1e3"]),
    st.text(max_size=5),
    st.from_regex(r"\A-?[0-9]{1,12}(\.[0-9]{0,4})?\Z"),
    st.dates().map(str),
    st.times().map(str),
    st.datetimes(timezones=st.none() | st.just(UTC)).map(lambda at: at.isoformat()),
    st.integers(),
    st.decimals(-(10**9), 10**9, places=2).map(float),
    st.booleans(),
)
ENGINE = duckdb.connect()
ENGINE.execute("set TimeZone = 'UTC'")


def loads(column: Column, text: str | None) -> bool:
    typed = f"select t, {cast(column, 't')} as v from (select ?::varchar as t)"
    broken = [rule.breaks for rule in rules(column, "t", "v", "t is not null")]
    verdicts = " or ".join(f"coalesce({each}, false)" for each in broken)
    return not ENGINE.execute(f"select {verdicts} from ({typed})", [text]).fetchone()[0]


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([contract(each) for each in COLUMNS]), VALUES)
def test_no_value_that_loads_is_refused_by_the_json_schema(made, value):
    (column,) = made.columns
    is_text = value is None or isinstance(value, str)
    text = value if is_text else json.dumps(value)
    if loads(column, text) and (is_text or column.kind != "string"):
        assert valid(made, {"c": value})


@pytest.mark.parametrize(
    ("physical_type", "fits", "does_not"),
    [
        ("decimal(20,2)", 999999999999999999.99, 10**19),
        ("decimal(38,38)", 0.99999999999999999999999999999999999999, 2),
        ("decimal(38,0)", 10**38 - 1, 10**38),
        ("decimal(10,2)", 99999999.99, 10**8),
    ],
)
def test_the_largest_number_is_valid_however_long(physical_type, fits, does_not):
    made = contract(field("c", "number", physicalType=physical_type))
    assert [valid(made, {"c": sign * fits}) for sign in (1, -1)] == [True, True]
    assert [valid(made, {"c": sign * does_not}) for sign in (1, -1)] == [False, False]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (r"^[a-z]+\.csv$", r"^[a-z]+\.csv$"),
        (r"^\-\d$", "^-[0-9]$"),
        (r"\_\w\S.", r"_[0-9A-Za-z_][^\t\n\f\r ][^\n]"),
        ("^[]a]{2}{}$", r"^[\]a]{2}\{\}$"),
        (r"[\d\-x]\bé\x41", r"[0-9\-x]\bé\x41"),
        ("(?:a|b)+?", "(?:a|b)+?"),
        ("(?i)a", None),
        (r"\Aa\z", None),
        (r"[[:alpha:]]", None),
        (r"\pL", None),
        (r"[\D]", None),
        ("^*", None),
    ],
)
def test_a_pattern_is_written_as_javascript_reads_it(pattern, written):
    assert portable(pattern) == written
    schema = json.loads(json_schema(contract(field("c", logicalTypeOptions={"pattern": pattern}))))[
        "properties"
    ]["c"]
    assert schema.get("pattern") == written
    said = schema.get("audienceVault", {}).get("pattern")
    assert said == (None if written == pattern else pattern)


PIECES = r"""
    a ab \d \D \w \W \s \S . \. \x41 \- \@ { } ] / \b ^ $ é (a) (?:a|b)
    [a-z] [^a] []a] [^]\d] [.]
"""
PATTERNS = st.lists(
    st.tuples(st.sampled_from(PIECES.split()), st.sampled_from(["", "", "*", "+", "?", "{1,2}"])),
    min_size=1,
    max_size=4,
).map(lambda pieces: "".join(map("".join, pieces)))


@settings(max_examples=500, deadline=None)
@given(PATTERNS, st.text(st.sampled_from("aAb1 \r\t\x0b\u00a0é.-@{}]/_"), max_size=4))
def test_a_pattern_takes_what_re2_takes(pattern, text):
    assume(pattern_error(pattern) is None)
    written = portable(pattern)
    if written is not None:
        takes = ENGINE.execute("select regexp_matches(?, ?)", [text, pattern]).fetchone()[0]
        # ECMA-262's \b is of ASCII, as is the rest by then.
        assert bool(re.search(written, text, re.ASCII)) == takes


# Protobuf


def message(made: Contract, folder: Path):
    """The message's class, as protoc understands the file."""
    (folder / "made.proto").write_text(protobuf_file(made))
    out = folder / "made.bin"
    arguments = ["protoc", f"-I{folder}", f"-I{WELL_KNOWN}", "--include_imports"]
    assert protoc.main([*arguments, f"--descriptor_set_out={out}", "made.proto"]) == 0
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file:
        pool.Add(file)
    (name,) = pool.FindFileByName("made.proto").message_types_by_name
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"audience_vault.{name}"))


def test_a_message_as_json_is_what_the_loader_reads(tmp_path):
    delivered = {**DELIVERED, "price": "12.50", "web": {"page": "/a"}}
    delivered["device"] = {"os": {"name": "tvOS"}}
    made = json_format.ParseDict(delivered, message(MADE, tmp_path)())
    written = json.loads(json_format.MessageToJson(made))
    assert written == {**delivered, "id": "1"}
    assert valid(MADE, written)


def test_zero_false_and_nothing_are_three_things(tmp_path):
    made = message(MADE, tmp_path)
    assert json_format.MessageToDict(made(id=0, is_live=False)) == {"id": "0", "is_live": False}
    assert not made().HasField("id")


def test_fields_are_numbered_by_position_so_that_appended_ones_follow(tmp_path):
    numbers = {f.name: f.number for f in message(MADE, tmp_path).DESCRIPTOR.fields}
    assert numbers["id"] == 1
    assert numbers["device"] == 3
    assert numbers["web"] == 5
    assert numbers["started_at"] == 11
    longer = contract(
        *(field(c.name, path=list(c.path)) for c in MADE.columns), field("late", path="web.late")
    )
    assert {f.name: f.number for f in message(longer, tmp_path).DESCRIPTOR.fields} == numbers


@pytest.mark.parametrize(
    "names",
    [
        ["message", "optional", "string", "package", "import", "reserved"],
        ["Device.a", "DeviceRecord"],
        ["A", "a_", "a__b", "aB1", "a1_2"],
        ["x.y.z", "x.Y", "X"],
        ["_.a", "_1.a", "__2.a"],
    ],
)
def test_odd_names_are_still_messages(tmp_path, names):
    made = contract(*(field(f"c{n}", path=name) for n, name in enumerate(names)))
    record = {}
    for name in names:
        *outer, last = name.split(".")
        group = record
        for each in outer:
            group = group.setdefault(each, {})
        group[last] = "v"
    parsed = json_format.ParseDict(record, message(made, tmp_path)())
    assert json_format.MessageToDict(parsed) == record


@pytest.mark.parametrize("names", [["a_1", "a1"], ["x.a__b", "x.aB"]])
def test_names_that_protobuf_cannot_tell_apart_are_told(names):
    made = contract(*(field(f"c{n}", path=name) for n, name in enumerate(names)))
    with pytest.raises(UsageError, match=r"Protobuf can't tell 'a.*' from 'a"):
        protobuf_file(made)
    assert avro_schema(made)


@pytest.mark.parametrize("export", [avro_schema, protobuf_file])
def test_a_name_that_a_language_cannot_write_is_told(export):
    made = contract(field("a", path=["device", "os-name"]))
    with pytest.raises(UsageError, match=r"column a: .* has no field called 'os-name'"):
        export(made)
    assert valid(made, {"device": {"os-name": "x"}})


# The command


@pytest.mark.parametrize("form", EXPORTS)
def test_the_command_prints_or_writes_an_export(tmp_path, form):
    feed = CONTRACTS[0]
    printed = CliRunner().invoke(app, ["export", feed.feed, "--as", form])
    assert (printed.exit_code, printed.output) == (0, EXPORTS[form](feed))
    path = tmp_path / "out"
    arguments = ["export", feed.feed, "--as", form, "--output", str(path)]
    assert CliRunner().invoke(app, arguments).output == f"wrote {path}\n"
    assert path.read_text() == printed.output


def test_a_feed_or_file_that_is_not_there_is_told(tmp_path):
    said = CliRunner().invoke(app, ["export", "nothing", "--as", "avro"]).exception
    assert "the feeds are campaign_spend, channels" in str(said)
    where = str(tmp_path / "none" / "out")
    arguments = ["export", CONTRACTS[0].feed, "--as", "avro", "--output", where]
    assert where in str(CliRunner().invoke(app, arguments).exception)
