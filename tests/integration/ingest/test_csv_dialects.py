"""How a contract says that CSV drops are written, and what becomes of those that are otherwise."""

import codecs
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


def test_null_values_are_no_values(make):
    server = COMMA | {"nullValues": ["NULL", "-", "n/a"]}
    bench = make(field("a"), field("n", "integer"), field("b", required=True), server=server)
    bench.load("made_1", b'a,n,b\nNULL,-,x\n"n/a",7,null\n,,NULL\nnull,1,-x\n')
    rows = [(None, None, "x"), (None, 7, "null"), ("null", 1, "-x")]
    assert bench.rows("made", "a", "n", "b") == rows
    assert bench.quarantined() == [(3, "b", "required")]


def test_decimals_have_the_comma_that_the_contract_says(make):
    bench = make(
        field("price", "number"), *texts("note"),
        server={"format": "csv", "delimiter": ";", "decimalSeparator": ","},
    )  # fmt: skip
    bench.load("made_1", b"price;note\n1,50;a\n-0,1;b\n7;c\n1.50;d\n1,234;e\n1.234,5;f\n")
    prices = [(Decimal("1.50"),), (Decimal("-0.10"),), (Decimal("7.00"),)]
    assert bench.rows("made", "price") == prices
    assert bench.quarantined("row_number", "value") == [(4, "1.50"), (5, "1,234"), (6, "1.234,5")]


def test_without_a_header_the_contract_says_what_each_field_is(make):
    bench = make(field("a"), field("n", "integer"), server=COMMA | {"header": False})
    bench.load("made_1", b'x,1\n"two\nlines",2\r\n'.replace(b"\r\n", b"\n") + b"too,3,many\n")
    assert bench.rows("made", "a", "n", "_row") == [("x", 1, 1), ("two\nlines", 2, 2)]
    assert bench.quarantined("row_number", "payload") == [(3, "too,3,many")]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("windows-1252", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16", codecs.BOM_UTF16_LE),
        ("utf-16", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-32", codecs.BOM_UTF32_BE),
        ("cp037", b""),
    ],
)
def test_text_is_in_the_encoding_of_the_contract(make, encoding, mark):
    bench = make(*texts("name"), server=COMMA | {"encoding": encoding})
    order = {codecs.BOM_UTF16_BE: "-be", codecs.BOM_UTF32_BE: "-be", codecs.BOM_UTF16_LE: "-le"}
    written = encoding if encoding[-2:] == "le" else encoding + order.get(mark, "")
    bench.load("made_1", mark + "name\nZürich\nnaïve, no\n".replace(", no", "").encode(written))
    assert bench.rows("made", "name") == [("Zürich",), ("naïve",)]


def test_another_mark_than_that_of_the_contracts_encoding_fails_the_drop(make):
    bench = make(*texts("name"), server=COMMA | {"encoding": "windows-1252"})
    result = bench.load("made_1", "name\nx\n".encode("utf-16"))
    assert "starts with the byte order mark of utf-16-le" in result.error


def test_where_nothing_is_quoted_a_quote_is_text(make):
    bench = make(*texts("a", "b"), server={"format": "csv", "delimiter": "\t", "quote": ""})
    bench.load("made_1", b'a\tb\n"x\t5" tall\n""\t"\n')
    assert bench.rows("made", "a", "b") == [('"x', '5" tall'), ('""', '"')]


def test_another_quote_is_a_quote(make):
    bench = make(*texts("a", "b"), server=COMMA | {"quote": "'"})
    bench.load("made_1", b"a,b\n'x, ''y''\nz',\"q\"\n")
    assert bench.rows("made", "a", "b") == [("x, 'y'\nz", '"q"')]


TRAILER = COMMA | {"trailerPattern": r"^TRAILER,(\d+)$"}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n3,4\nTRAILER,2\n", 2),
        (b"a,b\n1,2\n3,4\nTRAILER,2", 2),
        (b"a,b\r\n1,2\r\n\r\n3,4\r\nTRAILER,2\r\n\r\n", 2),
        (b"a,b\nTRAILER,0\n", 0),
        (b"a,b\n1,2\nbad\nTRAILER,2\n", 1),
    ],
)
def test_a_trailer_counts_the_rows_and_is_none(make, content, rows):
    bench = make(*texts("a", "b"), server=TRAILER)
    result = bench.load("made_1", content)
    assert (result.error, result.rows_loaded) == (None, rows)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_trailer_may_have_fewer_fields_than_a_row(make, end):
    bench = make(*texts("a", "b", "c"), server=COMMA | {"trailerPattern": r"^END (\d+)$"})
    result = bench.load("made_1", b"a,b,c\n1,2,3\nEND 1" + end)
    assert (result.error, result.rows_read, result.rows_loaded) == (None, 1, 1)
    assert bench.quarantined() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b\n1,2\nTRAILER,2\n", "the trailer states 2 rows, but there are 1"),
        (b"a,b\n1,2\n3,4\nTRAILER,1\n", "the trailer states 1 rows, but there are 2"),
        (b"a,b\n1,2\n3,4\n", "its last line isn't the trailer"),
        (b"a,b\n1,2\nTRAILER,\n", "its last line isn't the trailer"),
        (b"a,b\n1,2\nTRAILER,1\n3,4\n", "its last line isn't the trailer"),
    ],
)
def test_a_drop_that_isnt_what_its_trailer_says_fails(make, content, reason):
    result = make(*texts("a", "b"), server=TRAILER).load("made_1", content)
    assert result.state == "failed"
    assert reason in result.error


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"a,n\n", "the required column b is missing; the header names a, n"),
        (b"1,2,3\n", "the required column b is missing; the header names 1, 2, 3"),
        (b"a,b,a\n", "the header names the column 'a' twice"),
        (b"a,b,,\n", "the header names the column '' twice"),
        (b"B,a\n", "the required column b is missing; the header names B, a"),
        (b'"a\nb","a\nb",b\n', r"the header names the column 'a\nb' twice"),
    ],
)
def test_a_wrong_header_fails_the_drop(make, header, reason):
    bench = make(field("a"), field("b", required=True), server=COMMA)
    result = bench.load("made_1", header + b"1,2,3\n")
    assert (result.state, result.error) == ("failed", reason)


def test_a_file_without_a_header_is_not_repeated_in_its_reason(make):
    bench = make(field("b", required=True), server=COMMA)
    assert len(bench.load("made_1", b"x" * 1_000_000).error) < 500


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("inside", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("header", [True, False])
def test_line_ends_in_quotes_are_text_and_end_no_line(make, line_end, inside, header):
    """In the header too, and of another kind than those of the lines."""
    bench = make(*texts("a", "b"), server=COMMA | {"header": header})
    name = b'"odd' + inside + b'name"'
    rows = [b'"x' + inside + b'y",1', b"z,2", b'"' + inside + b'",3']
    if header:
        rows = [b"a,b," + name, *(row + b",q" for row in rows)]
    result = bench.load("made_1", line_end.join([*rows, b""]))
    assert (result.error, result.rows_quarantined) == (None, 0)
    text = inside.decode()
    assert bench.rows("made", "a", "b") == [(f"x{text}y", "1"), ("z", "2"), (text, "3")]


def test_columns_of_no_contract_are_extra_in_every_row(make):
    bench = make(field("a"), server=COMMA)
    bench.load("made_1", b'more,a,"odd ""name"""\n1,x,\n"2, 3",y,"{""k"": 1}"\n')
    kept = [json.loads(extra) for (extra,) in bench.rows("made", "_extra")]
    assert kept == [
        {"more": "1", 'odd "name"': None}, {"more": "2, 3", 'odd "name"': '{"k": 1}'},
    ]  # fmt: skip
    bench.load("made_2", b"a\nz\n")
    assert bench.rows("made", "a", "_extra")[2:] == [("z", None)]
