"""What a change of a contract breaks; Avro's part against what fastavro does with such data."""

import io
import json
from datetime import UTC, datetime, time
from decimal import Decimal

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_contracts import CSV, contract, field, write
from typer.testing import CliRunner

from ingest.commands.contract import app
from ingest.contracts import Contract
from ingest.contracts.compatibility import Side, compare, compare_all
from ingest.contracts.exporting.avro import avro_schema
from ingest.readers.unpacking import DEFAULT_MAX_BYTES

BACKWARD, FORWARD, WAREHOUSE, PROTOBUF = Side
KEY = field("id", required=True)
PII = field("mail", classification="pii")


def codes(*values: str, **rest) -> dict:
    quality = {"metric": "invalidValues", "arguments": {"validValues": [*values]}, "mustBe": 0}
    return field("code", quality=[quality], **rest)


def bounded(**options) -> dict:
    return field("age", "integer", logicalTypeOptions=options)


def at(**options) -> dict:
    return field("at", "timestamp", logicalTypeOptions=options)


def together(*names: str) -> dict:
    check = {"metric": "duplicateValues", "arguments": {"properties": [*names]}, "mustBe": 0}
    return {"schema": {"quality": [check]}}


def effect(value: str) -> dict:
    """A reference feed whose drops have a date in their names."""
    given = {"feedKind": "reference", "effectiveAt": value, "timezone": "UTC"}
    return {"settings": given, "server": {"path": "made_{yyyy}.json"}}


TWO = [KEY, field("on", "date", required=True)]


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ([KEY], [KEY, field("a")], set()),
        ([KEY], [KEY, field("a", required=True)], {BACKWARD}),
        ([KEY, field("a")], [KEY], {WAREHOUSE}),
        ([KEY, field("a", required=True)], [KEY], {FORWARD, WAREHOUSE}),
        ([KEY, field("a")], [KEY, field("b", aliases=["a"])], {WAREHOUSE}),
        ([KEY, field("Code")], [KEY, field("code", path="Code")], {WAREHOUSE}),
        ([KEY, field("a")], [KEY, field("a", aliases=["b"])], set()),
        (
            [KEY, field("a", required=True)],
            [KEY, field("b", required=True, aliases=["a"])],
            {FORWARD, WAREHOUSE},
        ),
        ([KEY, field("a", aliases=["b"])], [KEY, field("b", aliases=["a"])], {WAREHOUSE}),
        ([KEY, field("a"), field("b")], [KEY, field("a", aliases=["b"])], {BACKWARD, WAREHOUSE}),
        ([KEY, field("a", aliases=["b"])], [KEY, field("a"), field("b")], {BACKWARD, FORWARD}),
        (
            [KEY, field("a")],
            [KEY, field("b", path="a.b")],
            {BACKWARD, FORWARD, WAREHOUSE, PROTOBUF},
        ),
        (
            [KEY, field("b", path="a.b")],
            [KEY, field("b", path="x"), field("a")],
            {BACKWARD, FORWARD},
        ),
        ([KEY, field("a", aliases=["b"])], [KEY, field("a")], {BACKWARD}),
        ([KEY, field("a")], [KEY, field("a", path="x.a")], {BACKWARD, FORWARD}),
        ([KEY, field("a", path="x.b")], [KEY, field("a", path="x.c", aliases=["b"])], set()),
        (
            [KEY, field("a", path="x.b", required=True)],
            [KEY, field("a", path="x.c", aliases=["b"], required=True)],
            {FORWARD},
        ),
        ([KEY, field("a", "integer")], [KEY, field("a", "number")], {BACKWARD, FORWARD, WAREHOUSE}),
        (
            [KEY, field("a", "number")],
            [KEY, field("a", "number", physicalType="decimal(12,2)")],
            {BACKWARD, FORWARD, WAREHOUSE},
        ),
        ([KEY, field("a")], [KEY, field("a", required=True)], {BACKWARD}),
        ([KEY, field("a", required=True)], [KEY, field("a")], {FORWARD}),
        ([KEY], [field("id", required=True, unique=True)], {BACKWARD}),
        ([field("id", required=True, unique=True)], [KEY], {FORWARD}),
        ([codes("a", "b")], [codes("a")], {BACKWARD}),
        ([codes("a")], [codes("a", "b")], {FORWARD}),
        ([codes("a")], [codes("b")], {BACKWARD, FORWARD}),
        ([codes("a", "b")], [codes("b", "a")], set()),
        ([field("code")], [codes("a")], {BACKWARD}),
        ([codes("a")], [field("code")], {FORWARD}),
        ([bounded(minimum=1)], [bounded(minimum=2)], {BACKWARD}),
        ([bounded(minimum=10)], [bounded(minimum=9)], {FORWARD}),
        ([bounded(minimum=1)], [bounded(minimum="01")], set()),
        ([bounded(maximum=10)], [bounded(maximum=9)], {BACKWARD}),
        ([bounded(maximum=9)], [bounded(maximum=10)], {FORWARD}),
        ([bounded()], [bounded(maximum=10)], {BACKWARD}),
        ([bounded(minimum=1)], [bounded()], {FORWARD}),
        (
            [field("a", logicalTypeOptions={"pattern": "^a"})],
            [field("a", logicalTypeOptions={"pattern": "^b"})],
            {BACKWARD, FORWARD},
        ),
        ([field("a")], [field("a", logicalTypeOptions={"pattern": "^b"})], {BACKWARD}),
        ([field("a", logicalTypeOptions={"pattern": "^b"})], [field("a")], {FORWARD}),
        ([at(timezone=True)], [at(defaultTimezone="UTC")], {FORWARD}),
        ([at(defaultTimezone="UTC")], [at(timezone=True)], {BACKWARD}),
        (
            [at(defaultTimezone="UTC")],
            [at(defaultTimezone="Asia/Riyadh")],
            {BACKWARD, FORWARD},
        ),
        ([KEY], [field("id", primaryKey=True)], {WAREHOUSE}),
        ([field("mail")], [PII], {WAREHOUSE}),
        ([PII], [field("mail")], {WAREHOUSE}),
        ([KEY], [field("id", required=True, classification="internal")], set()),
        ([KEY], [field("id", required=True, failDropOn=["type"])], {BACKWARD}),
        ([field("id", required=True, failDropOn=["type"])], [KEY], {FORWARD}),
        ([KEY], [{**KEY, "description": "Another meaning."}], set()),
        ([KEY, field("a")], [field("a"), KEY], {PROTOBUF}),
        ([KEY, field("a"), field("b")], [KEY, field("b")], {WAREHOUSE, PROTOBUF}),
        ([KEY, field("a")], [KEY, field("b")], {WAREHOUSE, PROTOBUF}),
    ],
)
def test_a_change_of_a_column_breaks_what_it_breaks(old, new, breaks):
    assert broken(contract(*old), contract(*new)) == breaks


@pytest.mark.parametrize(
    ("old", "new", "breaks"),
    [
        ({"server": {"path": "a*.json"}}, {"server": {"path": "b*.json"}}, {BACKWARD}),
        ({"server": CSV}, {"server": {**CSV, "delimiter": ","}}, {BACKWARD, FORWARD}),
        ({"server": CSV}, {"server": {**CSV, "encoding": "latin-1"}}, {BACKWARD, FORWARD}),
        ({"server": CSV}, {"server": {**CSV, "encoding": "UTF8"}}, set()),
        ({"server": CSV}, {"server": {"path": "made*.csv"}}, {BACKWARD, FORWARD}),
        (
            {"server": {**CSV, "nullValues": ["NA", "-"]}},
            {"server": {**CSV, "nullValues": ["-", "NA"]}},
            set(),
        ),
        (
            {"server": CSV},
            {"server": {**CSV, "nullValues": ["NA"]}},
            {BACKWARD, FORWARD},
        ),
        ({"server": CSV}, {"server": {**CSV, "trailerPattern": "^T(.*)"}}, {BACKWARD, FORWARD}),
        ({"server": {**CSV, "trailerPattern": "^T(.*)"}}, {"server": CSV}, {BACKWARD, FORWARD}),
        ({}, {"server": {"marker": ".done"}}, {BACKWARD}),
        ({"server": {"marker": ".done"}}, {}, {FORWARD}),
        ({"server": {"marker": ".done"}}, {"server": {"marker": ".ok"}}, {BACKWARD, FORWARD}),
        ({}, {"server": {"maxBytes": 5}}, {BACKWARD}),
        ({"server": {"maxBytes": 5}}, {"server": {"maxBytes": 6}}, {FORWARD}),
        ({}, {"server": {"maxBytes": 10**15}}, {FORWARD}),
        ({"server": {"maxBytes": DEFAULT_MAX_BYTES}}, {}, set()),
        ({}, {"settings": {"quarantineThresholdPct": 1}}, {BACKWARD}),
        ({}, {"settings": {"quarantineThresholdPct": 10}}, {FORWARD}),
        (
            {},
            {"settings": {"feedKind": "reference", "effectiveAt": "store_time"}},
            {BACKWARD, FORWARD, WAREHOUSE},
        ),
        (effect("store_time"), effect("file_name"), {BACKWARD, FORWARD, WAREHOUSE}),
        (effect("file_name"), effect("column on"), {BACKWARD, FORWARD, WAREHOUSE}),
        (effect("column on"), effect("column on"), set()),
        ({}, {"settings": {"failDropOn": ["record"]}}, {BACKWARD}),
        ({"settings": {"failDropOn": ["record"]}}, {}, {FORWARD}),
        ({}, {"settings": {"timezone": "UTC"}}, set()),
        (
            {"settings": {"timezone": "UTC"}},
            {"settings": {"timezone": "Asia/Riyadh"}},
            {BACKWARD, FORWARD},
        ),
        (
            {"settings": {"platform": "tv"}},
            {"settings": {"platform": "audio"}},
            {BACKWARD, FORWARD},
        ),
        ({}, {"settings": {"rawPii": "drop"}}, {WAREHOUSE}),
        ({}, {"slaProperties": [{"property": "frequency", "value": 1, "unit": "d"}]}, set()),
        ({}, together("id", "on"), {BACKWARD}),
        (together("id", "on"), {}, {FORWARD}),
        (together("id", "on"), together("on", "id"), set()),
    ],
)
def test_a_change_of_a_setting_breaks_what_it_breaks(old, new, breaks):
    assert broken(contract(*TWO, PII, **old), contract(*TWO, PII, **new)) == breaks


IN_UTC, IN_RIYADH = ({"timezone": zone} for zone in ("UTC", "Asia/Riyadh"))
SINCE = at(minimum="2024-01-01T00:00:00")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ((at(), IN_UTC), (at(), IN_RIYADH), ["timezone"]),
        (
            (at(defaultTimezone="UTC"), IN_UTC),
            (at(defaultTimezone="UTC"), IN_RIYADH),
            ["timezone"],
        ),
        ((at(), IN_UTC), (at(defaultTimezone="UTC"), IN_RIYADH), ["timezone"]),
        ((at(), IN_UTC), (at(defaultTimezone="UTC"), {}), ["timezone"]),
        ((at(), {}), (at(), IN_UTC), ["timezone", "column at timezone"]),
        (
            (SINCE, IN_UTC),
            (at(minimum="2024-01-01T00:00:00Z"), {}),
            ["timezone", "column at timezone"],
        ),
        ((SINCE, IN_UTC), (SINCE, IN_RIYADH), ["timezone"]),
    ],
)
def test_a_zone_is_told_where_it_changes_and_once(old, new, told):
    before, after = (contract(column, settings=settings) for column, settings in (old, new))
    assert [d.field for d in compare(before, after).differences] == told


def test_differences_are_told_in_the_order_of_the_contract():
    columns = [field(name, required=True) for name in "abcd"]
    pairs = ["ab", "cd", "ad", "bc", "ac", "bd"]
    rules = [together(*pair)["schema"]["quality"][0] for pair in pairs]
    before, after = contract(*columns), contract(*columns, schema={"quality": rules})
    told = [f"{one}, {two} must be unique in a drop" for one, two in pairs]
    assert [d.change for d in compare(before, after).differences] == told


def test_without_a_header_another_column_breaks_both_ways():
    old, new = (contract(*c, server={**CSV, "header": False}) for c in (TWO, [*TWO, field("a")]))
    assert broken(old, new) == {BACKWARD, FORWARD}


def test_a_key_or_rule_follows_a_column_to_its_new_name():
    old = [field("a", primaryKey=True), field("b", required=True)]
    new = [field("c", primaryKey=True, aliases=["a"]), field("b", required=True)]
    both = contract(*old, **together("a", "b")), contract(*new, **together("b", "c"))
    assert broken(*both) == {FORWARD, WAREHOUSE}
    told = [d.change for d in compare(*both).differences]
    assert told == ["was called a", "is written anew"]


def test_when_data_takes_effect_follows_a_column_to_its_new_name():
    new = [KEY, field("starts", "date", required=True, aliases=["on"])]
    both = contract(*TWO, **effect("column on")), contract(*new, **effect("column starts"))
    assert "effectiveAt" not in [d.field for d in compare(*both).differences]
    assert broken(*both) == {FORWARD, WAREHOUSE}


def test_feeds_that_come_are_compatible_and_those_that_go_are_not():
    one = {"made": contract(KEY)}
    assert compare_all({}, one)[0].passes
    assert not compare_all(one, {})[0].passes


@pytest.mark.parametrize(
    ("fields", "version", "needs"),
    [
        ([KEY], "1.2.3", None),
        ([KEY], "1.2.4", None),
        ([KEY], "1.2.2", "below 1.2.3"),
        ([{**KEY, "description": "Other."}], "1.2.3", "write 1.2.4"),
        ([{**KEY, "description": "Other."}], "1.2.10", None),
        ([KEY, field("a")], "1.2.3", "write 1.3.0"),
        ([KEY, field("a")], "1.2.4", "write 1.3.0"),
        ([KEY, field("a")], "1.3.0", None),
        ([KEY, field("a")], "2.0.0", None),
        ([KEY, field("a", required=True)], "1.3.0", "write 2.0.0"),
        ([KEY, field("a", required=True)], "2.0.0", None),
    ],
)
def test_the_version_says_how_much_has_changed(fields, version, needs):
    compared = compare(contract(KEY, version="1.2.3"), contract(*fields, version=version))
    assert (compared.version_advice is None) if needs is None else needs in compared.version_advice


def broken(old: Contract, new: Contract) -> set[Side]:
    return {side for difference in compare(old, new).differences for side in difference.breaks}


# What Avro itself does.

TYPES = ["string", "integer", "number", "boolean", "date", "time", "timestamp"]
VALUES = {
    "string": "x",
    "integer": 7,
    "number": Decimal("1.25"),
    "boolean": True,
    "date": datetime(2024, 1, 2, tzinfo=UTC).date(),
    "time": time(12, 30),
    "timestamp": datetime(2024, 1, 2, 3, 4, tzinfo=UTC),
}
RESOLVED = [{"integer", "time", "timestamp", "date"}, {"string", "number"}]
"""Types that Avro reads as one another, as numbers or bytes of another meaning."""
COLUMN = st.tuples(st.sampled_from(TYPES), st.booleans())


@st.composite
def versions(draw):
    """Columns of a contract before and after some changes: name → type, required, aliases."""
    old = {f"c{n}": (*draw(COLUMN), []) for n in range(draw(st.integers(1, 4)))}
    new = dict(old)
    for name, (logical_type, required, _) in old.items():
        match draw(st.sampled_from(["keep", "keep", "remove", "rename", "type", "required"])):
            case "remove" if len(new) > 1:
                del new[name]
            case "rename":
                del new[name]
                new[f"{name}_new"] = (logical_type, required, [name])
            case "type":
                new[name] = (draw(st.sampled_from(TYPES)), required, [])
            case "required":
                new[name] = (logical_type, not required, [])
    if draw(st.booleans()):
        new["added"] = (*draw(COLUMN), [])
    return old, new


def made(columns: dict) -> Contract:
    return contract(
        *(
            field(name, logical_type, required=required, **({"aliases": a} if a else {}))
            for name, (logical_type, required, a) in columns.items()
        )
    )


def is_read(written: Contract, columns: dict, read: Contract) -> bool:
    """Whether Avro reads what the one contract's schema writes by the other's."""
    writer, reader = (fastavro.schema.parse_schema(schema(c)) for c in (written, read))
    full = {name: VALUES[logical_type] for name, (logical_type, *_) in columns.items()}
    bare = {name: full[name] if required else None for name, (_, required, _) in columns.items()}
    for record in (full, bare):
        file = io.BytesIO()
        fastavro.writer(file, writer, [record])
        file.seek(0)
        try:
            list(fastavro.reader(file, reader))
        except (fastavro._schema_common.SchemaParseException, fastavro.read.SchemaResolutionError):
            return False
    return True


def schema(made: Contract) -> dict:
    return json.loads(avro_schema(made))


@settings(max_examples=300, deadline=None)
@given(versions())
def test_avro_agrees(pair):
    old, new = pair
    before, after = made(old), made(new)
    sides = broken(before, after)
    misread = any(
        {new[name][0], old[name][0]} <= family and new[name][0] != old[name][0]
        for name in old.keys() & new.keys()
        for family in RESOLVED
    )
    for side, fits in (
        (BACKWARD, is_read(before, old, after)),
        (FORWARD, is_read(after, new, before)),
    ):
        assert (side in sides) or fits
        assert side not in sides or not fits or misread


# The command.


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_command_tells_each_difference_and_exits_with_one_if_it_breaks(tmp_path):
    old = write(tmp_path / "old", KEY, field("a"))
    new = write(tmp_path / "new", KEY, field("a", required=True), field("b"), version="1.1.0")
    code, told = run(old, new)
    assert code == 1
    assert "made 1.0.0 → 1.1.0: breaking" in told
    assert "was optional, is required" in told
    assert "is new and optional" in told
    assert "is 1.1.0; write 2.0.0, as something breaks" in told
    assert "backward: drops written for the old contract" in told
    assert run(old.parent, new.parent) == (code, told)


def test_the_command_exits_with_zero_if_all_is_compatible(tmp_path):
    old = write(tmp_path / "old", KEY)
    new = write(tmp_path / "new", KEY, field("b"), version="1.1.0")
    code, told = run(old, new)
    assert (code, "made 1.0.0 → 1.1.0: compatible" in told) == (0, True)
    code, told = run(new, new)
    assert (code, "made 1.1.0 → 1.1.0: unchanged" in told) == (0, True)


def test_a_version_that_was_not_raised_is_an_error(tmp_path):
    old, new = write(tmp_path / "old", KEY), write(tmp_path / "new", KEY, field("b"))
    code, told = run(old, new)
    assert (code, "compatible, but its version is wrong" in told) == (1, True)


@pytest.mark.parametrize("new", ["other.yaml", "none.yaml", "."])
def test_what_cannot_be_compared_is_told(tmp_path, new):
    old = write(tmp_path, KEY)
    (tmp_path / "other.yaml").write_text("")
    result = CliRunner().invoke(app, ["check", str(old), str(tmp_path / new)])
    assert "UsageError" in repr(result.exception)


def test_a_wrong_contract_is_told_with_its_folder(tmp_path):
    old, new = write(tmp_path / "old", KEY), write(tmp_path / "new", KEY, version="one")
    result = CliRunner().invoke(app, ["check", str(old), str(new)])
    assert str(result.exception).startswith(f"in {tmp_path / 'new'}: made.yaml: version: is 'one'")
