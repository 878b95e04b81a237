"""Lines of the table that are about JSON or CSV."""

import json
from decimal import Decimal

from bad_case import Case, aside, failed, landed
from made_drops import lines

LISTED = [{"id": f"{n}"} for n in range(3)]
JSON_LIST = json.dumps(LISTED).encode()
WRAPPED = json.dumps({"list": LISTED}).encode()
GOOD = b'{"id": "good"}\n'
ONLY = {"id": "good"}

JSON: dict[str, list[Case]] = {
    "file of blanks": [failed("events", b" \n\n", "the file is empty")],
    "empty list": [
        landed("events", b"[]", rows=0),
        landed("events", b'{"list": []}', rows=0),
    ],
    "list, or object with a list, that is cut off": [
        *(failed("events", JSON_LIST[:-cut], "the file is cut off") for cut in (1, 5, 30)),
        *(failed("events", WRAPPED[:-cut], "the file is cut off") for cut in (1, 2, 5, 30)),
        failed("events", b'[{"id": "a"},', "the file is cut off"),
    ],
    "list that is broken inside, bad UTF-8 included": [
        failed("events", b'[{"id": "\xff"}]', "the JSON is broken near record"),
        failed("events", b'[{"id": "a"} {"id": "b"}]', "the JSON is broken near record"),
    ],
    "object with anything after its list": [
        failed("events", b'{"list": [], "other": [1]}', "the file goes on after its list"),
        failed("events", WRAPPED[:-1] + b', "other": 2}', "holds more than one object"),
        failed(
            "events", JSON_LIST + b" x", "the file is cut off: its list of records isn't closed"
        ),
    ],
    "line that isn't JSON, bad UTF-8 included": [
        aside("events", GOOD + b'{"id": "b",\n\n', (2, None, "record"), payload='{"id": "b",'),
        aside(
            "events", b'{"id": "\xff"}\n' + GOOD, (1, None, "record"), payload='{"id": "\ufffd"}'
        ),
        aside("events", GOOD + b'{"id": "a"} {"id": "b"}\n', (2, None, "record")),
    ],
    "last line that isn't complete and has no line end": [
        failed("events", GOOD + b'{"id": "b', "its last line, record 2, isn't complete"),
        failed("events", GOOD + b'{"id": "b"', "its last line, record 2, isn't complete"),
        landed("events", GOOD + b'{"id": "b"}', ONLY, {"id": "b"}),
    ],
    "last line without a line end, where the contract wants one": [
        failed("ended", GOOD + b'{"id": "b"}', "its last line has no line end"),
        failed("ended", JSON_LIST, "its last line has no line end"),
        failed("lined", b"id,name\na,b", "its last line has no line end"),
        landed("lined", b"id,name\r\na,b\r\n", {"id": "a"}),
    ],
    "record that isn't an object (`5`, `[1]`, `null`)": [
        aside("events", GOOD + b"5\n[1]\nnull\n", *((n, None, "record") for n in (2, 3, 4))),
        aside("events", b'[5, {"id": "good"}]', (1, None, "record"), payload="5"),
    ],
    "record that names a key twice": [
        aside("events", GOOD + b'{"id": "a", "id": "b"}\n', (2, None, "record")),
        aside("events", GOOD + b'{"id": "a", "other": 1, "other": 1}\n', (2, None, "record")),
    ],
    "record that has a column under two of its names": [
        aside("events", GOOD + b'{"id": "a", "genre": "x", "kind": "x"}\n', (2, None, "record"))
    ],
    "number, true or false for a text column": [
        landed(
            "events",
            b'{"id": 1.50}\n{"id": 123456789012345678901.10}\n{"id": 1e400}\n{"id": true}\n',
            *({"id": text} for text in ("1.50", "123456789012345678901.10", "1e400", "true")),
        )
    ],
    "object or array in a scalar column, text columns included": [
        aside(
            "events",
            GOOD
            + lines({"id": "b", "genre": {"a": 1}}, {"id": "c", "seconds": [1]}, {"id": ["x"]}),
            *((2, "genre", "type"), (3, "seconds", "type"), (4, "id", "type")),
        ),
        landed(
            "events",
            b'{"id": "[1]", "genre": "{x"}\n{"id": "{x", "kind": "[1"}\n',
            {"id": "[1]", "genre": "{x"},
            {"id": "{x", "genre": "[1"},
        ),
    ],
    "`NaN`": [
        landed(
            "events",
            b'{"id": "a", "seconds": NaN, "price": NaN, "genre": NaN}\n{"id": "NaN"}\n',
            {"id": "a", "seconds": None, "price": None, "genre": None},
            {"id": "NaN", "seconds": None, "price": None, "genre": None},
        ),
        aside("events", GOOD + b'{"id": NaN}\n', (2, "id", "required")),
    ],
    "`Infinity`, or a whole number that is written as `1.0` or `1e3`": [
        aside(
            "events",
            GOOD + b'{"id": "b", "price": Infinity}\n{"id": "c", "seconds": -Infinity}\n'
            b'{"id": "d", "seconds": 1.0}\n{"id": "e", "seconds": 1e3}\n',
            *((2, "price", "type"), (3, "seconds", "type")),
            *((4, "seconds", "type"), (5, "seconds", "type")),
        )
    ],
    "nested value whose object is missing or null": [
        landed(
            "events",
            b'{"id": "a", "device": null}\n{"id": "b", "device": {"place": "home", "os": "x"}}\n',
            {"place": None, "_extra": None},
            {"place": "home", "_extra": '{"device":{"os":"x"}}'},
        )
    ],
    "nested value in something else than an object": [
        aside(
            "events",
            GOOD + lines({"id": "b", "device": "x"}, {"id": "c", "device": [1]}),
            *((2, None, "record"), (3, None, "record")),
        )
    ],
    "blank line": [
        landed("events", b'\n{"id": "a"}\n\n \r\n{"id": "b"}\n', {"_row": 1}, {"_row": 2}),
        landed("table", b"id,code\n\na,A\n\n\nb,A\n\n", {"_row": 1}, {"_row": 2}),
    ],
}

CSV: dict[str, list[Case]] = {
    "header alone": [
        landed("table", b"id,code\n", rows=0),
        landed("table", b"id,code", rows=0),
    ],
    "header line that is blank, or isn't UTF-8": [
        failed("table", b"\n", "the file has no header line"),
        failed("table", b"i\xffd,code\na,A\n", "the header line can't be read as UTF-8 text"),
    ],
    "header without a required column": [
        failed("table", b"code\nA\n", "the required column id is missing; the header names code"),
        failed("table", b"id;code\na;A\n", "the required column id is missing"),
        failed("table", b"ID,code\na,A\n", "the required column id is missing"),
    ],
    "header with none of the contract's columns, as with another delimiter": [
        failed("one", b"name;x\na;b\n", "the header names none of the contract's columns"),
    ],
    "header that names a column twice, one of them perhaps by an alias": [
        failed("table", b"id,x,x\na,b,c\n", "the header names the column 'x' twice"),
        failed("table", b"id,genre,kind\na,b,c\n", "the header names the column genre twice"),
    ],
    "one blank before a quote that opens a field, or blanks after one that closes it": [
        landed("table", b'id,genre\na, "x"\n', {"genre": "x"}),
        landed("table", b'id,genre\na, "x""y"\n', {"genre": 'x"y'}),
        landed("table", b'id,genre\na, "x, ""y""\n\nz"  \n', {"genre": 'x, "y"\n\nz'}),
        landed("table", b'id,genre\n "a"   ,"x" \n', {"id": "a", "genre": "x"}),
        landed("table", b'id, "genre"\na, "x"\n', {"genre": None, "_extra": r'{" \"genre\"":"x"}'}),
        aside("table", b'id,genre\na, "x\n\ny"\nfew\n', (2, None, "fields"), payload="few"),
    ],
    "several blanks, or a tab, before a quote": [
        landed("table", b'id,genre\na,  "x"\n', {"genre": '  "x"'}),
        landed("table", b'id,genre\na,\t"x""y"\n', {"genre": '\t"x""y"'}),
        aside("table", b'id,genre\na,  "x,y"\nb,c\n', (1, None, "fields")),
    ],
    'quote that opens again after blanks (`"x" "y"`)': [
        failed("table", b'id,genre\na,b\nc,"x" "y"\n', "line 3 has a quote that opens again"),
        failed("table", b'id,genre\na, "x"  ""\n', "line 2 has a quote that opens again"),
        landed("table", b'id,genre\na,"x"" ""y"\n', {"genre": 'x" "y'}),
        landed("table", b'id,genre\na,x "y" "z"\n', {"genre": 'x "y" "z"'}),
    ],
    "row with too few fields, or too many": [
        aside(
            "table",
            b"id,code\nfew\nmany,A,x\ngood,A\n",
            (1, None, "fields"),
            (2, None, "fields"),
            payload="few",
        ),
    ],
    "row with too many fields of which all the surplus is empty": [
        landed("table", b'id,code\na,A,\nb,A,,""\n', {"id": "a"}, {"id": "b"}),
    ],
    "text after a closing quote, or bad UTF-8, in a row": [
        aside(
            "table",
            b'id,code\n"a"b,A\n\xff,A\ngood,A\n',
            (1, None, "fields"),
            (2, None, "fields"),
            payload='"a"b,A',
        ),
    ],
    "last row with too few fields and no line end": [
        failed("table", b"id,code\na,A\nb", "its last line, row 2, isn't complete"),
    ],
    "quote that is never closed": [
        failed("table", b'id,code\na,A\n"b,A\n', "a quote opened in row 2 is never closed"),
        failed("table", b'id,code\na,A\n"b,A', "a quote opened in row 2 is never closed"),
    ],
    "trailer that is missing, or states another number of rows": [
        failed("counted", b"id,name\na,b\n", "its last line isn't the trailer"),
        failed("counted", b"id,name\na,b\nEND,2\n", "the trailer states 2 rows, but there are 1"),
        landed("counted", b"id,name\na,b\nEND,1\n", {"id": "a"}),
    ],
    "lines that end in different ways, or a `\\r` outside quotes": [
        failed("table", b"id,code\na,A\r\nb,A\n", "CSV"),
        failed("table", b"id,code\r\na,A\nb,A\r\n", "CSV"),
        failed("table", b"id,genre\na,x\ry\n", "CSV"),
        landed("table", b'id,genre\na,"x\ry\r\n"\n', {"genre": "x\ry\r\n"}),
    ],
    "line of more than 16 MiB": [
        aside("table", b"id,code\n" + b"x" * (16 << 20) + b",A\ngood,A\n", (1, None, "fields")),
    ],
    "empty field, quoted or not, or one of `nullValues`": [
        landed("table", b'id,genre\na,\nb,""\n', {"genre": None}, {"genre": None}),
        landed("comma", b"id;price\na;-\nb;\n", {"price": None}, {"price": None}),
        aside("table", b"id,genre\n,x\ngood,x\n", (1, "id", "required")),
    ],
    "decimal point where the contract has a comma, or the reverse": [
        aside(
            "comma",
            b"id;price\nbad;1.5\ngood;1,5\n",
            (1, "price", "type"),
            values=({"id": "good", "price": Decimal("1.50")},),
        ),
        aside("table", b'id,price\nbad,"1,5"\ngood,1.5\n', (1, "price", "type")),
    ],
    "blank line in a file of one column": [
        landed("one", b"id\na\n\nb\n", {"id": "a"}, {"id": None}, {"id": "b"}),
    ],
}
