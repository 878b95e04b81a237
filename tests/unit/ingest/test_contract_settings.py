"""Every setting of a contract: what it is read as, and what is refused instead of it."""

import json
from datetime import timedelta

import jsonschema
import pytest
import yaml
from made_contracts import CSV, contract, document, field, write
from open_data_contract_standard.model import OpenDataContractStandard

from ingest.contracts import (
    Completeness,
    ContractError,
    Dialect,
    PathPattern,
    delivery,
    fields,
    read_contract,
)
from ingest.contracts import document as document_settings
from ingest.contracts.dbt_sources import source_files
from ingest.ledger.tables import feed_columns
from ingest.settings import PROJECT_DIR

AVRO = {"format": "avro", "path": "made*.avro"}
KEY = field("id", required=True, unique=True)
PII = field("mail", classification="pii")


def test_a_csv_dialect_is_read_in_full():
    server = {
        **CSV,
        "quote": "'",
        "header": False,
        "encoding": "Windows-1252",
        "nullValues": ["NULL", r"\N"],
        "decimalSeparator": ",",
    }
    dialect = Dialect(";", "'", False, "cp1252", ("NULL", r"\N"), ",")
    assert contract(KEY, server=server).dialect == dialect


def test_what_a_dialect_leaves_out_is_as_most_files_are():
    assert contract(KEY, server=CSV).dialect == Dialect(";", '"', True, "utf-8", (), ".")
    assert contract(KEY, server={**CSV, "quote": ""}).dialect.quote == ""
    assert contract(KEY, server=AVRO).dialect == Dialect()


@pytest.mark.parametrize(
    ("server", "pattern"),
    [
        ({"path": "in/{yyyy}/{MM}/{dd}/{HH}/*.json"}, ("in/{yyyy}/{MM}/{dd}/{HH}/*.json",)),
        ({"path": "made[0-9][!a][]x].json"}, ("made[0-9][!a][]x].json",)),
        (
            {"layout": "kafka_connect", "topic": "tv.events", "path": None},
            ("topics", "kafka_connect", "tv.events"),
        ),
        (
            {"layout": "kafka_connect", "topic": "t", "path": "sink/topics"},
            ("sink/topics", "kafka_connect", "t"),
        ),
        (
            {"layout": "firehose", "path": "tv/", "errorPrefix": "failed/"},
            ("tv/", "firehose", None, "failed/"),
        ),
        ({"layout": "firehose", "path": None}, ("", "firehose")),
    ],
)
def test_a_server_says_where_drops_are(server, pattern):
    assert contract(KEY, server=server).patterns == (PathPattern(*pattern),)


def test_what_proves_that_a_drop_is_whole():
    server = {
        **CSV,
        "finalLineEnd": "required",
        "trailerPattern": r"^END;(\d+)$",
        "manifestSuffix": ".manifest.json",
        "marker": "_SUCCESS",
        "maxBytes": 5_000_000_000,
    }
    made = contract(KEY, server=server)
    assert made.completeness == Completeness(True, r"^END;(\d+)$", ".manifest.json", "_SUCCESS")
    assert made.max_bytes == 5_000_000_000
    assert contract(KEY).completeness == Completeness()
    assert contract(KEY).max_bytes is None


@pytest.mark.parametrize(
    ("value", "unit", "cadence"),
    [
        (1, "d", timedelta(days=1)),
        (15, "minutes", timedelta(minutes=15)),
        (0.5, "hour", timedelta(minutes=30)),
        (2, "weeks", timedelta(days=14)),
    ],
)
def test_the_frequency_of_the_service_level_is_the_cadence(value, unit, cadence):
    sla = [
        {"property": "frequency", "value": value, "unit": unit},
        {"property": "latency", "value": 4, "unit": "d"},
    ]
    assert contract(KEY, slaProperties=sla).cadence == cadence
    assert contract(KEY).cadence is None


def test_a_column_says_where_it_is_and_what_it_was_called():
    made = contract(
        KEY,
        field("os", path="device.os", aliases=["platform"]),
        field("model", path=["device", "model.name"]),
    )
    assert [column.sources for column in made.columns] == [
        (("id",),),
        (("device", "os"), ("device", "platform")),
        (("device", "model.name"),),
    ]


def test_rules_that_fail_the_drop_and_values_that_are_there_once():
    together = {"metric": "duplicateValues", "arguments": {"properties": ["id", "at"]}, "mustBe": 0}
    made = contract(
        field("id", required=True, unique=True, failDropOn=["unique", "required", "type"]),
        field("at", "timestamp", required=True, failDropOn=["zone"]),
        schema={"quality": [together]},
    )
    assert made.columns[0].unique
    assert made.columns[0].fails_drop == {"unique", "required", "type"}
    assert made.columns[1].fails_drop == {"zone"}
    assert made.unique_together == (("id", "at"),)


UNIQUE = {
    "quality": [
        {"metric": "duplicateValues", "arguments": {"properties": ["id", "b"]}, "mustBe": 0}
    ]
}
B = field("b", required=True)


@pytest.mark.parametrize(
    ("server", "names"),
    [
        ({}, ["record", "unique"]),
        (AVRO, ["record"]),
        (CSV, ["fields", "unique"]),
        (CSV, ["unique"]),
    ],
)
def test_rules_of_whole_rows_that_fail_the_drop(server, names):
    settings = {"failDropOn": names}
    assert contract(KEY, B, server=server, settings=settings, schema=UNIQUE).fails_drop == {*names}
    assert contract(KEY, B, server=server).fails_drop == frozenset()


@pytest.mark.parametrize(
    ("server", "schema", "names", "said"),
    [
        ({}, UNIQUE, ["fields"], "'fields' is no rule here; of whole rows it has record, unique;"),
        (AVRO, UNIQUE, ["fields"], "of whole rows it has record, unique; name a column's rule at"),
        (CSV, UNIQUE, ["record"], "'record' is no rule here; of whole rows it has fields, unique;"),
        ({}, {}, ["unique"], "'unique' is no rule here; of whole rows it has record;"),
        ({}, {}, ["type"], "'type' is no rule here"),
        ({}, {}, "record", "is 'record'; write a list of texts"),
        ({}, {}, [], "write a list of texts"),
    ],
)
def test_rules_that_whole_rows_do_not_have_are_refused(tmp_path, server, schema, names, said):
    made = write(tmp_path, KEY, B, server=server, schema=schema, settings={"failDropOn": names})
    refused(made, f"customProperties failDropOn: {said}" if said.startswith("'") else said)


@pytest.mark.parametrize("kept", ["keep", "drop"])
def test_raw_has_a_pseudonym_beside_each_column_of_pii(kept):
    made = contract(KEY, field("age", "integer", classification="pii"), settings={"rawPii": kept})
    columns = feed_columns(made)
    assert [(c.name, c.sql_type) for c in columns[:4]] == [
        ("id", "string"),
        ("age", "bigint"),
        ("age_pseudonym", "string"),
        ("_extra", "string"),
    ]
    assert ("Always null" in columns[1].description) == (kept == "drop")
    (source,) = yaml.safe_load(source_files({"made": made})[_raw("made")])["sources"]
    assert [c["name"] for c in source["tables"][0]["columns"]] == [c.name for c in columns]


def _raw(feed: str):
    return next(
        path for path in source_files({feed: contract(KEY)}) if path.name == f"raw_{feed}.yml"
    )


def test_every_setting_is_valid_odcs():
    made = document(
        KEY,
        field("os", path="device.os", aliases=["platform"], classification="pii"),
        server={"layout": "kafka_connect", "topic": "t", "marker": ".done", "maxBytes": 10},
        settings={"rawPii": "drop"},
        slaProperties=[{"property": "frequency", "value": 1, "unit": "d"}],
    )
    jsonschema.validate(made, json.loads(OpenDataContractStandard.json_schema()))


DUPLICATES = {"metric": "duplicateValues", "mustBe": 0}
CONNECT = {"layout": "kafka_connect", "topic": "t", "path": None}


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"colour": "red"}, "customProperties 'colour': unknown setting; use one of layout, topic"),
        ({"format": "parquet"}, "servers format: is 'parquet'; write one of csv, json, avro"),
        ({**CSV, "delimiter": None}, "servers delimiter"),
        ({**CSV, "delimiter": "||"}, "servers delimiter"),
        ({**CSV, "delimiter": "\n"}, "servers delimiter"),
        ({**CSV, "quote": ";"}, "delimiter, quote and decimalSeparator must differ"),
        ({**CSV, "quote": '""'}, "customProperties quote"),
        ({**CSV, "decimalSeparator": "·"}, "decimalSeparator: is '·'; write one of ., ,"),
        ({**CSV, "delimiter": ",", "decimalSeparator": ","}, "decimalSeparator must differ"),
        ({**CSV, "header": "no"}, "header: is 'no'; write true or false"),
        ({**CSV, "encoding": "klingon"}, "encoding: is 'klingon'"),
        ({**CSV, "encoding": "zlib"}, "encoding: is 'zlib'"),
        ({**CSV, "nullValues": "NULL"}, "nullValues: is 'NULL'; write a list"),
        ({**CSV, "nullValues": []}, "nullValues"),
        ({**CSV, "nullValues": [0]}, "nullValues: has '0'"),
        ({**CSV, "nullValues": ["-", "-"]}, "nullValues: has '-' twice"),
        ({"delimiter": ","}, "servers delimiter: json has none"),
        ({"nullValues": ["x"]}, "nullValues: json has none"),
        ({"decimalSeparator": ","}, "decimalSeparator: json has none"),
        ({"trailerPattern": r"(\d+)"}, "trailerPattern: json has none"),
        ({**AVRO, "encoding": "utf-8"}, "encoding: avro has none"),
        ({**AVRO, "finalLineEnd": "required"}, "finalLineEnd: avro has none"),
        ({**CSV, "finalLineEnd": True}, "finalLineEnd: is 'True'; write one of required"),
        ({**CSV, "trailerPattern": r"END \d+"}, "trailerPattern"),
        ({**CSV, "trailerPattern": r"(\d+) (\d+)"}, "with one group"),
        ({**CSV, "trailerPattern": "("}, "trailerPattern"),
        ({"manifestSuffix": "in/manifest"}, "manifestSuffix"),
        ({"manifestSuffix": ".ok", "marker": ".ok"}, "marker: is the manifest's own name"),
        ({"marker": "*.done"}, "marker"),
        ({"maxBytes": 0}, "maxBytes: is '0'"),
        ({"maxBytes": "5 GB"}, "maxBytes"),
        ({"maxBytes": True}, "maxBytes"),
        ({"layout": "hive"}, "layout: is 'hive'; write one of glob, kafka_connect, firehose"),
        ({"topic": "t"}, "topic: only the layout kafka_connect has one"),
        ({"errorPrefix": "e/"}, "errorPrefix: only the layout firehose has one"),
        ({**CONNECT, "topic": None}, "topic: is 'None'; write the name of the Kafka topic"),
        ({**CONNECT, "topic": "a/b"}, "topic"),
        ({**CONNECT, "path": "topics/*"}, "servers path: has '*'"),
        ({"layout": "firehose", "path": None, "errorPrefix": "e/!{firehose:x}"}, "errorPrefix"),
        ({"path": None}, "servers path"),
        ({"path": "/data/*.json"}, "servers path: is '/data/*.json'; write it relative"),
        ({"path": "../*.json"}, "servers path"),
        ({"path": r"in\*.json"}, "servers path"),
        ({"path": "{yyyy}{mm}.json"}, "servers path: has '{mm}' but no '{HH}'"),
        ({"path": "{yyyy}{DD}.json"}, "servers path: has '{DD}'; parts of a date are {yyyy}"),
        ({"path": "{yyyy.json"}, "servers path: is '{yyyy.json'; close the bracket"),
        ({"path": "made[0-9.json"}, "servers path: is 'made[0-9.json'; close the bracket"),
    ],
)
def test_a_server_that_cannot_be_is_refused(tmp_path, server, said):
    refused(write(tmp_path, KEY, server=server), said)


@pytest.mark.parametrize(
    ("fields", "rest", "said"),
    [
        ([field("a", colour=1)], {}, "schema.1.properties.1.colour"),
        ([field("a"), field("A")], {}, "column A: is there twice"),
        ([field("a", aliases=["b"]), field("b")], {}, "column b: 'b' would be column a too"),
        ([field("a", path="b.c"), field("b")], {}, "column b: 'b.c' would be column a too"),
        ([field("a", path="b.c", aliases=["d"]), field("e", path="b.d")], {}, "'b.d' would be"),
        ([field("a", aliases=["a"])], {}, "column a: 'a' would be column a too"),
        ([field("a", aliases="b")], {}, "column a customProperties aliases: is 'b'"),
        ([field("a", path="b..c")], {}, "column a customProperties path: is 'b..c'"),
        ([field("a", path=7)], {}, "column a customProperties path"),
        ([field("a", path="b")], {"server": CSV}, "path: csv has no nested fields"),
        ([field("a", aliases=["b"])], {"server": {**CSV, "header": False}}, "remove it"),
        ([field("a", path="b-c")], {"server": AVRO}, "Avro has no field called 'b-c'"),
        ([field("a", unique=True)], {}, "column a unique: a value that may be missing"),
        ([field("a", classification="PII")], {}, "classification: is 'PII'"),
        ([PII, field("mail_pseudonym")], {}, "column mail_pseudonym: is taken"),
        ([KEY], {"settings": {"rawPii": "drop"}}, "rawPii: no column is classified pii"),
        ([PII], {"settings": {"rawPii": "hash"}}, "rawPii: is 'hash'; write one of keep, drop"),
        ([field("a", failDropOn=["minimum"])], {}, "'minimum' is no rule of it; it has type"),
        ([field("a", required=True, failDropOn=["unique"])], {}, "it has required, type"),
        ([field("a", failDropOn=["typo"])], {}, "failDropOn: 'typo' is no rule"),
        (
            [field("a", "integer", logicalTypeOptions={"minimum": 3, "maximum": 2})],
            {},
            "column a minimum: is above the maximum 2",
        ),
        ([field("a", logicalTypeOptions={"pattern": 5})], {}, "column a pattern: is '5'"),
        (
            [field("a", "timestamp", logicalTypeOptions={"timezone": "UTC"})],
            {},
            "logicalTypeOptions timezone: write true",
        ),
        (
            [
                field(
                    "a",
                    "timestamp",
                    logicalTypeOptions={"timezone": True, "defaultTimezone": "UTC"},
                )
            ],
            {},
            "defaultTimezone: with timezone: true",
        ),
        (
            [
                field(
                    "a",
                    "integer",
                    quality=[
                        {
                            "metric": "invalidValues",
                            "arguments": {"validValues": [1, "x"]},
                            "mustBe": 0,
                        }
                    ],
                )
            ],
            {},
            "column a quality validValues 2: is 'x'",
        ),
        (
            [KEY],
            {"schema": {"quality": [{**DUPLICATES, "arguments": {"properties": ["id", "x"]}}]}},
            "there is no column 'x'",
        ),
        (
            [KEY, field("x")],
            {"schema": {"quality": [{**DUPLICATES, "arguments": {"properties": ["id", "x"]}}]}},
            "'x' may be missing; write required: true",
        ),
        (
            [KEY],
            {"schema": {"quality": [{**DUPLICATES, "arguments": {"properties": ["id"]}}]}},
            "write unique: true at the column id",
        ),
        ([KEY], {"schema": {"quality": [{"metric": "rowCount"}]}}, "schema quality: write metric"),
        ([KEY], {"version": "1.0"}, "version: is '1.0'; write major.minor.patch"),
        ([KEY], {"slaProperties": [{"property": "frequncy"}]}, "slaProperties 'frequncy'"),
        (
            [KEY],
            {"slaProperties": [{"property": "frequency", "value": 0, "unit": "d"}]},
            "slaProperties frequency value: is '0'",
        ),
        (
            [KEY],
            {"slaProperties": [{"property": "frequency", "value": 1, "unit": "month"}]},
            "slaProperties frequency unit: is 'month'; write one of minute, hour, day, week",
        ),
        ([KEY], {"slaProperties": [{"property": "frequency"}] * 2}, "frequency: is there twice"),
    ],
)
def test_a_contract_that_cannot_be_is_refused(tmp_path, fields, rest, said):
    refused(write(tmp_path, *fields, **rest), said)


ON, AT = field("on", "date", required=True), field("at", "timestamp", required=True)


@pytest.mark.parametrize(
    ("written", "path", "column"),
    [
        ("store_time", "made*.json", None),
        ("file_name", "made_{yyyy}.json", None),
        ("file_name", "{yyyy}/{MM}/made_{yyyy}{MM}{dd}*.json", None),
        ("file_name", "made_{yyyy}{MM}{dd}T{HH}{mm}{ss}.json", None),
        ("column on", "made*.json", "on"),
        ("column at", "made*.json", "at"),
    ],
)
def test_reference_data_says_when_it_takes_effect(written, path, column):
    given = {"feedKind": "reference", "effectiveAt": written, "timezone": "UTC"}
    made = contract(ON, AT, server={"path": path}, settings=given)
    assert made.effective_at == written
    assert (made.effective_column and made.effective_column.name) == column
    assert made.drops_take_effect == (column is None)


def test_events_take_effect_by_no_drop():
    assert contract(KEY).effective_at is None
    assert not contract(KEY).drops_take_effect


def test_firehoses_paths_have_a_date():
    given = {"feedKind": "reference", "effectiveAt": "file_name", "timezone": "UTC"}
    server = {"layout": "firehose", "path": "tv/"}
    assert contract(KEY, server=server, settings=given).effective_at == "file_name"


@pytest.mark.parametrize(
    ("written", "rest", "said"),
    [
        (None, {}, "is 'None'; write one of store_time, file_name, or column and its name"),
        ("now", {}, "is 'now'; write one of store_time"),
        (7, {}, "is '7'; write one of store_time"),
        ("on", {}, "is 'on'; write one of"),
        ("column", {}, "is 'column'; write one of"),
        ("column other", {}, "is 'column other'; there is no column 'other'"),
        ("column ON", {}, "there is no column 'ON'"),
        ("column id", {}, "column id: write its logicalType as date or timestamp"),
        ("column maybe", {}, "column maybe: it may be missing; write required: true"),
        ("column born", {}, "column born: it is PII, which _effective_at would show"),
        ("column on", {"timezone": None}, "timezone: write the zone of the dates in the column on"),
        ("file_name", {}, "the path 'made*.json' has no date; write its year at least"),
        ("file_name", {"path": "made_{MM}-{dd}.json"}, "the path 'made_{MM}-{dd}.json' has no"),
        ("file_name", {"path": "made_{yyyy}{dd}.json"}, "as in made_{yyyy}-{MM}-{dd}*"),
        ("file_name", {"path": "topics", "layout": "kafka_connect", "topic": "t"}, "has no date"),
        (
            "file_name",
            {"path": "{yyyy}.json", "timezone": None},
            "timezone: write the zone of the dates in the names of drops",
        ),
        ("store_time", {"feedKind": "event"}, "only a reference feed has one; remove it"),
    ],
)
def test_what_cannot_say_when_data_takes_effect_is_refused(tmp_path, written, rest, said):
    given = {"feedKind": "reference", "effectiveAt": written, "timezone": "UTC"} | rest
    server = {name: given.pop(name) for name in ("path", "layout", "topic") if name in given}
    given = {name: value for name, value in given.items() if value is not None}
    born = field("born", "date", required=True, classification="pii")
    columns = (KEY, ON, field("maybe", "date"), born)
    refused(write(tmp_path, *columns, server=server, settings=given), said)


def test_one_path_without_a_date_is_enough_to_refuse(tmp_path):
    given = {"feedKind": "reference", "effectiveAt": "file_name", "timezone": "UTC"}
    made = document(KEY, server={"path": "made_{yyyy}.json"}, settings=given)
    made["servers"] += document(KEY, server={"path": "made_now.json"})["servers"]
    path = tmp_path / "made.yaml"
    path.write_text(json.dumps(made))
    refused(path, "the path 'made_now.json' has no date")


def refused(path, said):
    with pytest.raises(ContractError) as error:
        read_contract(path)
    assert str(error.value).startswith("made.yaml: ")
    assert said in str(error.value)


def test_servers_that_differ_in_how_drops_are_read_are_refused(tmp_path):
    made = document(KEY, server=CSV)
    made["servers"] += document(KEY, server={**CSV, "encoding": "latin-1"})["servers"]
    path = tmp_path / "made.yaml"
    path.write_text(json.dumps(made))
    refused(path, "servers: all entries must say the same but for path")


def test_a_setting_written_twice_is_refused(tmp_path):
    made = document(KEY)
    made["customProperties"] *= 2
    path = tmp_path / "made.yaml"
    path.write_text(json.dumps(made))
    refused(path, "customProperties feedKind: is there twice")


DOCS = (PROJECT_DIR / "docs" / "contracts.md").read_text()


def test_the_contract_of_the_docs_is_one(tmp_path):
    (tmp_path / "channels.yaml").write_text(DOCS.split("```yaml\n")[1].split("```")[0])
    made = read_contract(tmp_path / "channels.yaml")
    assert made.cadence == timedelta(days=1)
    assert made.columns[0].sources == (("channel",), ("channel_name",))


@pytest.mark.parametrize(
    "name",
    [*document_settings.SETTINGS, *delivery.SETTINGS, *fields.SETTINGS, *fields.CLASSIFICATIONS],
)
def test_the_docs_name_every_setting(name):
    assert f"`{name}`" in DOCS
