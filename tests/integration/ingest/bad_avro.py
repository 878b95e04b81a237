"""Lines of the table that are about Avro."""

from decimal import Decimal

from bad_case import Case, aside, failed
from made_avro import CODECS, avro, logical, record

PLAYS = record(id="string", seconds=["null", "long"])
PLAYED = [{"id": f"play {n}", "seconds": n} for n in range(200)]


def plays(of: dict[str, object], *values: dict[str, object]) -> bytes:
    """An Avro file whose records have an id and something else; the first is good."""
    rows = [{"id": f"{n}"} | value for n, value in enumerate(values, start=1)]
    return avro(record(id="string", **of), rows)


def rewritten(text: bytes, other: bytes) -> bytes:
    """A file in which the second record's text is other bytes, as many."""
    return plays({"genre": "string"}, {"genre": "good"}, {"genre": text.decode()}).replace(
        text, other
    )


def recounted(records: list[dict[str, object]], count: int) -> bytes:
    """A file whose one block says that it has another number of records, at most 63."""
    content = avro(PLAYS, records)
    start = content.index(content[-16:]) + 16
    return content[:start] + bytes([2 * count]) + content[start + 1 :]


AVRO: dict[str, list[Case]] = {
    "no Avro file": [
        failed("plays", b"\n", "the file is no Avro file"),
        failed("plays", b'{"id": "good"}\n', "the file is no Avro file"),
    ],
    "file that is cut off in its header, or within a block": [
        failed("plays", avro(PLAYS, PLAYED)[:60], "the file is cut off within its header"),
        *(
            failed(
                "plays", avro(PLAYS, PLAYED, codec, sync_interval=300)[:-20], "the file is cut off"
            )
            for codec in CODECS
        ),
    ],
    "block that is damaged, or has more or fewer records than it says": [
        failed("plays", avro(PLAYS, PLAYED)[:-1] + b"?", "the file is damaged after record 0"),
        failed("plays", avro(PLAYS, PLAYED).replace(b"play 7", b"play 7"[::-1] + b"!"), "damaged"),
        failed("plays", avro(PLAYS, PLAYED, "snappy")[:-30] + bytes(30), "damaged"),
        *(
            failed("plays", recounted(PLAYED[:20], n), "the file is damaged in block 1")
            for n in (19, 21)
        ),
    ],
    "unknown codec": [
        failed(
            "plays",
            avro(PLAYS, PLAYED).replace(b"\x08null", b"\x08lzma"),
            "the Avro codec is 'lzma'",
        )
    ],
    "schema that isn't one, isn't of records, or holds itself": [
        failed("plays", avro("string", ["a"]), "it must be of records"),
        failed("plays", avro(PLAYS, PLAYED).replace(b'"type"', b'"tyqe"', 1), "which is no type"),
        failed("plays", avro(record(id="string", n=["null", "made"]), []), "holds itself"),
    ],
    "schema without a required column": [
        failed("plays", avro(record(n="long"), [{"n": 1}]), "the required column id is missing")
    ],
    "text that isn't UTF-8": [
        aside("plays", rewritten(b"text", b"te\xfft"), (2, None, "record")),
    ],
    "value of another type, unless it becomes the column's exactly": [
        aside(
            "plays",
            plays({"seconds": "string"}, {"seconds": "60"}, {"seconds": "x"}, {"seconds": "1.5"}),
            *((2, "seconds", "type"), (3, "seconds", "type")),
            values=({"seconds": 60},),
        ),
        aside(
            "plays",
            plays({"price": "double"}, {"price": 0.1}, {"price": 1.005}, {"price": 1e300}),
            *((2, "price", "type"), (3, "price", "type")),
            values=({"price": Decimal("0.10")},),
        ),
        aside(
            "plays",
            plays(
                {"price": logical("bytes", "decimal", precision=10, scale=4)},
                {"price": Decimal("1.0100")},
                {"price": Decimal("1.0001")},
            ),
            (2, "price", "type"),
            values=({"price": Decimal("1.01")},),
        ),
    ],
    "`NaN` or infinite double": [
        aside(
            "plays",
            plays(
                {"price": "double"},
                {"price": 1.5},
                {"price": float("nan")},
                {"price": float("inf")},
            ),
            *((2, "price", "type"), (3, "price", "type")),
        )
    ],
    "time beyond the years 1 to 9999, or between two microseconds": [
        aside(
            "plays",
            plays({"at": logical("long", "timestamp-nanos")}, {"at": 1000}, {"at": 1001}),
            (2, "at", "type"),
        ),
        aside(
            "plays",
            plays({"at": logical("long", "timestamp-millis")}, {"at": 0}, {"at": 10**15}),
            (2, "at", "type"),
        ),
    ],
    "local timestamp where no zone is stated": [
        aside(
            "plays",
            plays(
                {"at": ["null", logical("long", "local-timestamp-micros")]}, {"at": None}, {"at": 0}
            ),
            (2, "at", "zone"),
        )
    ],
    "array, map, record, or bytes that aren't UTF-8, in a scalar column": [
        aside(
            "plays",
            plays(
                {"genre": ["null", "bytes", {"type": "array", "items": "long"}]},
                *({"genre": genre} for genre in (b"text", b"\xff", [1])),
            ),
            *((2, "genre", "type"), (3, "genre", "type")),
        ),
    ],
}
