"""Each rule and setting of a contract, from its file to what is in the tables."""

import hashlib
import json
from decimal import Decimal

import pytest
from made_feeds import FeedBench, feed, field, texts

COMMA = {"format": "csv", "delimiter": ","}


@pytest.fixture
def make(settings, tmp_path):
    """Makes a bench with one feed, `made`, of these columns."""

    def bench(*columns: dict, **rest: object) -> FeedBench:
        return FeedBench.made(settings, tmp_path, feed("made", *columns, **rest))

    return bench


def as_lines(*records: object) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in records).encode()


ID = field("id", required=True, unique=True)


@pytest.mark.parametrize("is_csv", [True, False])
def test_of_a_value_that_must_be_unique_the_first_stays(make, is_csv):
    """In the file's order, whatever is bad about a row before."""
    bench = make(ID, field("n", "integer"), **({"server": COMMA} if is_csv else {}))
    rows = [("a", "1"), ("b", "x"), ("b", "2"), ("a", "3"), ("b", "4"), ("c", "5")]
    if is_csv:
        content = "id,n\n" + "".join(f"{key},{n}\n" for key, n in rows)
    else:
        content = as_lines(*({"id": key, "n": n} for key, n in rows)).decode()
    bench.load("made_1", content.encode())
    assert bench.rows("made", "id", "n", "_row") == [("a", 1, 1), ("b", 2, 3), ("c", 5, 6)]
    assert bench.quarantined() == [(2, "n", "type"), (4, "id", "unique"), (5, "id", "unique")]
    reasons = bench.quarantined("reason", "payload")
    assert reasons[1][0] == "id is the same as in an earlier row"
    assert json.loads(reasons[1][1]) == {"id": "a", "n": "3"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0.0000001", "0.0000001"),
        ("-0.00000012", "-0.0000001200"),
        ("0.000000", "0.000000"),
        ("0.1234567890", "0.1234567890"),
        ("1234567890.0123456789", "1234567890.0123456789"),
        ("12345678901.50", "12345678901.50"),
    ],
)
@pytest.mark.parametrize("path", ["n", "x.n"])
def test_a_number_of_json_keeps_every_digit_wherever_it_is(make, path, written, read):
    bench = make(field("n", "number", path=path, physicalType="decimal(30,10)"))
    record = f'{{"n": {written}}}' if path == "n" else f'{{"x": {{"n": {written}}}}}'
    assert bench.load("made_1", f"{record}\n".encode()).rows_loaded == 1
    assert bench.rows("made", "n") == [(Decimal(read),)]


def test_what_is_unique_in_a_drop_may_be_in_another(make):
    bench = make(ID)
    for name in ("made_1", "made_2"):
        assert bench.load(name, as_lines({"id": "a", "of": name})).rows_loaded == 1


def test_values_are_unique_together(make):
    columns = [field("day", "date", required=True), field("n", "integer", required=True)]
    bench = make(*columns, field("note"), unique_together=["day", "n"])
    days = [("2024-01-01", 1), ("2024-01-01", 2), ("2024-01-02", 1), ("2024-01-01", 1)]
    bench.load("made_1", as_lines(*({"day": day, "n": n} for day, n in days)))
    assert bench.rows("made", "n") == [(1,), (2,), (1,)]
    assert bench.quarantined() == [(4, "day, n", "unique")]


@pytest.mark.parametrize(
    ("column", "bad", "reason"),
    [
        (field("v", required=True, failDropOn=["required"]), None, "v is missing"),
        (field("v", "integer", failDropOn=["type"]), "x", "v isn't a whole number of 64 bits"),
        (
            field(
                "v", "integer", logicalTypeOptions={"minimum": 5}, failDropOn=["minimum", "type"]
            ),
            4,
            "v is below 5",
        ),
        (
            field("v", logicalTypeOptions={"pattern": "^a"}, failDropOn=["pattern"]),
            "b",
            "v doesn't match ^a",
        ),
        (
            field("v", required=True, unique=True, failDropOn=["unique"]),
            "a1",
            "v is the same as in an earlier row",
        ),
        (field("v", "timestamp", failDropOn=["zone"]), "2024-01-01T00:00:00", "v states no zone"),
    ],
)
def test_one_row_fails_the_whole_drop_where_the_contract_says_so(make, column, bad, reason):
    bench = make(column)
    good = {"timestamp": "2024-01-01T00:00:00Z", "integer": "7"}.get(column["logicalType"], "a1")
    result = bench.load("made_1", as_lines({"v": good}, {"v": bad}))
    assert result.error == f"row 2 breaks a rule that fails the whole drop: {reason}"
    assert bench.rows("made", "v") == bench.quarantined() == []
    assert bench.load("made_2", as_lines({"v": good})).rows_loaded == 1


def test_other_rules_of_the_column_still_only_quarantine_the_row(make):
    column = field("v", "integer", required=True, failDropOn=["required"])
    bench = make(column)
    bench.load("made_1", as_lines({"v": 1}, {"v": "x"}))
    assert bench.quarantined() == [(2, "v", "type")]


@pytest.mark.parametrize(
    ("rule", "content", "bad"),
    [
        ("record", b'{"a": "1", "b": "2"}\n{"a": \n', 2),
        ("record", b'{"a": "1", "b": "2"}\n[5]\n', 2),
        ("fields", b"a,b\n1,2\n\n3\n4,5\n", 2),
        ("fields", b'a,b\n"1"x,2\n3,4\n', 1),
        ("unique", b"a,b\n1,1\n1,2\n2,1\n1,2\n", 4),
    ],
)
def test_a_rule_of_whole_rows_may_fail_the_drop(on_either, tmp_path, rule, content, bad):
    def made(**settings: object) -> FeedBench:
        columns = [field("a", required=True), field("b", required=True)]
        rest = {"server": {} if rule == "record" else COMMA, "unique_together": ["a", "b"]}
        made = feed("made", *columns, settings=settings, **rest)
        return FeedBench.made(on_either, tmp_path, made)

    failed = made(failDropOn=[rule]).load("made_1", content)
    assert (failed.state, failed.rows_quarantined) == ("failed", 0)
    assert f"row {bad} breaks a rule that fails the whole drop: " in failed.error
    loaded = made().load("made_1", content)
    assert (loaded.state, loaded.rows_quarantined) == ("loaded", 1)


def test_a_row_of_one_rule_is_quarantined_where_another_fails_the_drop(make):
    columns = [field("a", required=True, unique=True), field("b", required=True)]
    bench = make(
        *columns, unique_together=["a", "b"], settings={"failDropOn": ["unique", "record"]}
    )
    bench.load("made_1", as_lines({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"a": "2"}))
    assert bench.quarantined() == [(2, "a", "unique"), (3, "b", "required")]


def test_a_trailer_is_no_row_of_too_few_fields(make):
    server = COMMA | {"trailerPattern": r"^END;(\d+)$"}
    bench = make(*texts("a", "b"), server=server, settings={"failDropOn": ["fields"]})
    assert bench.load("made_1", b"a,b\n1,2\nEND;1\n").rows_loaded == 1


def test_the_threshold_fails_a_drop_with_too_many_bad_rows(make):
    bench = make(field("n", "integer"), settings={"quarantineThresholdPct": 50})
    assert bench.load("made_1", as_lines({"n": 1}, {"n": "x"})).state == "loaded"
    result = bench.load("made_2", as_lines({"n": 1}, {"n": "x"}, {"n": "y"}))
    assert result.error == (
        "2 of 3 rows break the contract, more than 50 %; the first is row 2: "
        "n isn't a whole number of 64 bits"
    )


def test_a_header_may_have_a_column_under_another_name(make):
    bench = make(field("viewer", required=True, aliases=["User", "user id"]), server=COMMA)
    bench.load("made_1", b"user id,x\nann,1\n")
    bench.load("made_2", b"x,viewer\n2,bob\n")
    assert bench.rows("made", "viewer", "_extra") == [("ann", '{"x":"1"}'), ("bob", '{"x":"2"}')]
    result = bench.load("made_3", b"viewer,User\nann,bob\n")
    assert result.error == "the header names the column viewer twice: viewer, User"


def test_a_record_may_have_a_column_under_another_name(make):
    bench = make(field("viewer", required=True, aliases=["User"]), field("n", "integer"))
    records = [{"User": "ann"}, {"viewer": "bob"}, {"viewer": "c", "User": "d"}, {"user": "e"}]
    texts_of_json = [{"User": "[1]"}, {"viewer": "{"}, {"User": [1]}, {"viewer": {"a": 1}}]
    bench.load("made_1", as_lines(*records, *texts_of_json))
    assert bench.rows("made", "viewer", "_extra") == [
        ("ann", None), ("bob", None), ("[1]", None), ("{", None),
    ]  # fmt: skip
    assert bench.quarantined() == [
        (3, None, "record"), (4, "viewer", "required"), (7, "viewer", "type"),
        (8, "viewer", "type"),
    ]  # fmt: skip


def test_a_nested_value_is_a_column_and_what_is_beside_it_is_extra(make):
    """What is no object where one should be would be lost: the record is put aside."""
    bench = make(field("id"), field("os", path="device.os.name"), field("dotted", path=["a.b"]))
    records: list[dict] = [
        {"id": "1", "device": {"os": {"name": "tv", "version": 3}, "maker": "x"}, "a.b": "y"},
        {"id": "2", "device": {"os": {"name": "tv"}}},
        {"id": "3", "device": {"os": None}},
        {"id": "4", "device": None},
        {"id": "5"},
        {"id": "6", "device": {}},
        {"id": "7", "device": {"os": {"name": ["tv"]}}},
        {"id": "8", "device": {"os": "tv"}},
        {"id": "9", "device": [1]},
        {"id": "10", "device": 5},
    ]
    bench.load("made_1", as_lines(*records))
    landed = bench.rows("made", "id", "os", "dotted", "_extra")
    rest = {"device": {"os": {"version": 3}, "maker": "x"}}
    assert [(*row, extra and json.loads(extra)) for *row, extra in landed] == [
        ("1", "tv", "y", rest), ("2", "tv", None, None), ("3", None, None, None),
        ("4", None, None, None), ("5", None, None, None), ("6", None, None, None),
    ]  # fmt: skip
    assert bench.quarantined("row_number", "rule", "reason") == [
        (7, "type", "os isn't plain text without a NUL character"),
        (8, "record", "device.os isn't a JSON object"),
        (9, "record", "device isn't a JSON object"),
        (10, "record", "device isn't a JSON object"),
    ]


CONTENT = b"a\n1\n2\n"
TRUE = {"rows": 2, "bytes": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (TRUE, None),
        (TRUE | {"sha256": TRUE["sha256"].upper(), "by": "somebody"}, None),
        ({"rows": 2}, None),
        ({"rows": 3}, "its manifest states rows 3, but the file has 2"),
        ({"bytes": 7}, "its manifest states bytes 7, but the file has 6"),
        (TRUE | {"sha256": "0" * 64}, f"its manifest states sha256 {'0' * 64}"),
        ({"lines": 2}, "its manifest is no JSON object with bytes, rows or sha256"),
        ([2], "its manifest is no JSON object"),
        ("{", "its manifest isn't JSON"),
    ],
)
def test_a_drop_is_what_its_manifest_states(make, stated, reason):
    bench = make(*texts("a"), server=COMMA | {"manifestSuffix": ".manifest"})
    bench.write("made_1.csv", CONTENT)
    assert [each.reason for each in bench.load_all().waiting] == [
        "waits for its manifest made_1.csv.manifest"
    ]
    text = stated if isinstance(stated, str) else json.dumps(stated)
    bench.write("made_1.csv.manifest", text.encode())
    (result,) = bench.load_all().results
    assert (result.state == "loaded") == (reason is None)
    assert reason is None or reason in result.error


def test_numbers_that_are_none_are_null(make):
    """What Python and others write for them, which JSON itself doesn't have."""
    bench = make(field("n", "number"), field("i", "integer"), field("t"), field("x", required=True))
    content = (
        b'{"n": NaN, "i": NaN, "t": NaN, "x": "NaN"}\n{"n": 1, "i": 2, "t": "NaN", "x": NaN}\n'
    )
    bench.load("made_1", content)
    assert bench.rows("made", "n", "i", "t", "x") == [(None, None, None, "NaN")]
    assert bench.quarantined() == [(2, "x", "required")]
