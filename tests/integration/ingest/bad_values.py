"""Lines of the table that are about values, whatever the format."""

from datetime import datetime

from bad_case import Case, aside, landed
from made_avro import avro, record
from made_drops import lines

GOOD = {"id": "good"}


def both(column: str, rule: str, *values: object) -> list[Case]:
    """Bad values of a column as JSON, as CSV, and if they are text as Avro."""
    rows = [GOOD] + [{"id": f"{n}", column: value} for n, value in enumerate(values, start=2)]
    refused = [(n, column, rule) for n in range(2, len(rows) + 1)]
    given = enumerate(rows[1:], start=2)
    table = ['good,"",\n', *(f'{n},"{row[column]}",\n' for n, row in given)]
    cases = [
        aside(f"{column}_json", lines(*rows), *refused),
        aside(f"{column}_csv", f"id,{column},more\n{''.join(table)}".encode(), *refused),
    ]
    if all(isinstance(value, str) for value in values):
        schema = record(id="string", **{column: ["null", "string"]})
        cases.append(
            aside(f"{column}_avro", avro(schema, [{column: None} | row for row in rows]), *refused)
        )
    return cases


EVIL = "x'); drop table raw.loads; --\"\\ [bold]\x1b[2J\u202e<script>{{ }} =cmd|'/c'!A1"
LONG = "x" * 5_000_000

VALUES: dict[str, list[Case]] = {
    "value of the wrong type (`2024-02-30`, `1.5` as a whole number, too many decimals)": [
        *both("on_date", "type", "2024-02-30", "01/02/2024", "0000-01-01"),
        *both("at_time", "type", "24:00:00", "1:2:3"),
        *both("at", "type", "2024-02-30T00:00:00Z", "yesterday", "2024-01-01T00:00:00+15:00"),
        *both("seconds", "type", "1.5", "+1", "9223372036854775808", " 1"),
        *both("price", "type", "1.005", "1e2", "123456789.00", "1,5"),
        *both("is_live", "type", "TRUE", "1"),
        aside(
            "on_date_json", lines(GOOD, {"id": "b", "on_date": 20240101}), (2, "on_date", "type")
        ),
        aside("at_time_json", lines(GOOD, {"id": "b", "at_time": True}), (2, "at_time", "type")),
        aside("events", lines(GOOD, {"id": "b", "price": 1.00000001}), (2, "price", "type")),
        aside("events", lines(GOOD, {"id": "b", "seconds": ""}), (2, "seconds", "type")),
    ],
    "NUL character in a text": [
        *both("genre", "type", "a\0b"),
        aside(
            "table",
            b'id,genre\ngood,b\nbad,"g\x00"\n',
            (2, "genre", "type"),
            payload='{"id":"bad","genre":"g\\u0000"}',
        ),
    ],
    "required value that is missing, null, or blank text": [
        aside(
            "events",
            lines(GOOD, {"code": "A"}, {"id": None}, {"id": ""}, {"id": " \u00a0\t"}),
            *((n, "id", "required") for n in (2, 3, 4, 5)),
        ),
        aside(
            "table",
            'id,code\ngood,A\n,A\n" ",A\n\u00a0,A\n'.encode(),
            *((n, "id", "required") for n in (2, 3, 4)),
        ),
        aside(
            "plays",
            avro(record(id=["null", "string"]), [{"id": v} for v in ("a", None, " ")]),
            (2, "id", "required"),
            (3, "id", "required"),
        ),
    ],
    "value that isn't one of the valid ones": both("code", "valid values", "C", "a", " A"),
    "value below the minimum": [
        *both("seconds", "minimum", "-1"),
        *both("on_date", "minimum", "1999-12-31"),
    ],
    "value above the maximum": both("seconds", "maximum", "86401"),
    "text that the pattern doesn't match": both("postcode", "pattern", "1234", "123456", "1234a"),
    "timestamp without an offset where no zone is stated": both(
        "at", "zone", "2024-01-01T00:00:00"
    ),
    "local time that a clock change skips": both("local", "type", "2024-03-31T02:30:00"),
    "local time that a clock change repeats": [
        landed(
            "local_json",
            lines({"id": "a", "local": "2024-10-27T02:30:00"}),
            {"local": datetime(2024, 10, 27, 1, 30)},  # noqa: DTZ001 - raw is naive, in UTC
        )
    ],
    "value that is in the drop twice, where it must be unique": [
        aside(
            "once",
            lines(*({"id": each} for each in "abcab")),
            (4, "id", "unique"),
            (5, "id", "unique"),
            rows=3,
        ),
    ],
    "values that are in the drop twice together, where that is forbidden": [
        aside(
            "pairs",
            lines(*({"id": i, "day": d} for i, d in ("ax", "ay", "bx", "ax"))),
            (4, "id, day", "unique"),
            rows=3,
        ),
    ],
    "key, column or field that the contract doesn't know": [
        landed(
            "events",
            lines({"id": "a", "signal": {"db": [-1, None]}, "n": None}),
            {"_extra": '{"signal":{"db":[-1,null]},"n":null}'},
        ),
        landed(
            "table",
            b"volume,id\n7,c\n,d\n",
            {"id": "c", "_extra": '{"volume":"7"}'},
            {"id": "d", "_extra": '{"volume":null}'},
        ),
        landed(
            "plays",
            avro(record(id="string", n="long"), [{"id": "a", "n": 1}]),
            {"_extra": '{"n":1}'},
        ),
    ],
    "optional key, column or field that is missing": [
        landed("events", lines({"id": "a1"}), {"genre": None, "_extra": None}),
        landed("table", b"id\na1\n", {"genre": None, "_extra": None}),
        landed("plays", avro(record(id="string"), [{"id": "a1"}]), {"genre": None, "_extra": None}),
    ],
    "value or line of 5 MB": [
        landed("events", lines({"id": LONG}), {"id": LONG}),
        landed("table", b"id,code\n%b,A\n" % LONG.encode(), {"id": LONG}),
        landed("plays", avro(record(id="string"), [{"id": LONG}]), {"id": LONG}),
    ],
    "text with SQL, markup or control characters, in names and values": [
        landed("events", lines({"id": EVIL, EVIL: EVIL}), {"id": EVIL}, suffix=".x' --\x1b[2J"),
        landed(
            "table", b'id,"%b"\n"%b",b\n' % ((EVIL.replace('"', '""').encode(),) * 2), {"id": EVIL}
        ),
        landed("plays", avro(record(id="string"), [{"id": EVIL}]), {"id": EVIL}),
    ],
    "row that breaks several rules": [
        aside("events", lines(GOOD, {"code": "X", "seconds": -1}), (2, "id", "required")),
    ],
}
