"""Drops mutated at random, and what a load of a folder of them must be true of."""

import json
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

from made_avro import CODECS, avro, logical, record
from made_feeds import FeedBench, feed, field
from made_source import PACK, PLAY

from ingest.loading.loader import load
from ingest.settings import Settings

COLUMNS = [
    field("id", required=True),
    field("n", "integer", logicalTypeOptions={"minimum": 0}),
    field("price", "number"),
    field("on_date", "date"),
    field("at", "timestamp", logicalTypeOptions={"defaultTimezone": "Europe/Berlin"}),
    field("is_live", "boolean"),
    field("note"),
]
NAMES = [column["name"] for column in COLUMNS]
ROWS: list[dict[str, object]] = [
    {"id": "a", "n": 1, "price": "1.50", "on_date": "2024-01-31", "at": "2024-01-31T10:00:00Z"},
    {"id": "b", "n": 2, "price": "-0.01", "is_live": "true", "note": 'a "quote", é and \n lines'},
    {"id": "c", "note": "日本 \U0001f4fa"},
    {"id": "d", "n": 9223372036854775807, "at": "2024-03-31 02:30:00", "note": "skipped hour"},
    {"id": "e", "on_date": "2024-02-30", "note": "x" * 200},
]
NESTED = [*COLUMNS, field("deep", path="a.b")]
CSV = {"format": "csv"}
FEEDS = [
    feed("commas", *COLUMNS, server=CSV | {"delimiter": ","}),
    feed("bare", *COLUMNS, server=CSV | {"delimiter": "\t", "quote": "", "header": False}),
    feed(
        "odd",
        *COLUMNS,
        server=CSV
        | {"delimiter": ";", "quote": "'", "encoding": "utf-16", "decimalSeparator": ","}
        | {"nullValues": ["NULL"], "trailerPattern": r"^END;(\d+)"},
    ),
    feed("latin", *COLUMNS, server=CSV | {"delimiter": ",", "encoding": "windows-1252"}),
    feed("objects", *NESTED),
    feed("unique", field("id", required=True, unique=True), *COLUMNS[1:]),
    feed("blocks", *COLUMNS, server={"format": "avro"}),
    feed(
        "plays",
        field("viewer", required=True, classification="pii"),
        field("title"),
        field("seconds", "integer"),
        server={"format": "avro"},
        settings={"rawPii": "drop"},
    ),
]
AVRO = record(
    id="string",
    n=["null", "long"],
    price=["null", logical("bytes", "decimal", precision=10, scale=2)],
    on_date=["null", logical("int", "date")],
    at=["null", logical("long", "timestamp-micros")],
    is_live=["null", "boolean"],
    note=["null", "string", "double", {"type": "array", "items": "string"}],
    more={"type": "map", "values": {"type": "enum", "name": "e", "symbols": ["A", "B"]}},
)
AVRO_ROWS = [
    {"id": "a", "n": 1, "price": b"\x00\x96", "on_date": 19000, "at": 10**15, "is_live": True,
     "note": "x", "more": {"k": "A"}},
    {"id": "b", "n": -2, "price": b"\xff", "on_date": -1, "at": -1, "note": 1.5, "more": {}},
    {"id": "c", "note": ["p", "q"], "more": {"k": "B", "l": "A"}},
]  # fmt: skip


def _table(delimiter: str, quote: str, newline: str, *, header: bool = True) -> str:
    def written(value: object) -> str:
        text = "" if value is None else str(value)
        if quote and any(mark in text for mark in (delimiter, quote, "\n")):
            text = quote + text.replace(quote, quote * 2) + quote
        return text if quote else text.replace("\n", " ")

    lines = [delimiter.join(NAMES)] if header else []
    lines += [delimiter.join(written(row.get(name)) for name in NAMES) for row in ROWS]
    return "".join(line + newline for line in lines)


def _records() -> list[dict[str, object]]:
    more = [{"id": "f", "a": {"b": "deep", "c": [1, {"d": None}]}, "price": 1.5e3}, {"id": 7}]
    return [{k: v for k, v in row.items() if v is not None} for row in ROWS] + more


def seeds() -> list[tuple[str, bytes]]:
    """Whole drops of every format and layout, by feed."""
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in _records()).encode()
    made = [
        ("commas", _table(",", '"', "\n").encode()),
        ("commas", b"\xef\xbb\xbf" + _table(",", '"', "\r\n").encode()),
        ("bare", _table("\t", "", "\n", header=False).encode()),
        ("odd", (_table(";", "'", "\r\n") + "END;5;;;;;;\r\n").encode("utf-16")),
        ("latin", _table(",", '"', "\n").encode("cp1252", "replace")),
        ("objects", lines + b"\n"),
        ("objects", json.dumps(_records(), indent=1).encode()),
        ("objects", json.dumps({"of": _records()}).encode()),
        ("unique", lines),
    ]
    for codec in CODECS:
        made.append(("blocks", avro(AVRO, AVRO_ROWS, codec, sync_interval=60)))
        play = {"viewer": "ann", "title": None, "seconds": 7, "price": 0.5}
        made.append(("plays", avro(PLAY, [play, play | {"title": "t"}] * 3, codec)))
    return made


INTERESTING = [
    b"\0", b"\xff", b"\x80", b"\n", b"\r", b"\r\n", b'"', b"'", b",", b";", b"\t", b"{", b"}", b"[",
    b"]", b":", b"\\", b"\\u0000", b"\\ud800", b"NaN", b"null", b"-", b"1e999", b"9" * 40, b" ",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xff\xff\xff\xff\x0f", b"\x7f\xff\xff\xff",
    b"\x01", b"PK\x03\x04", b"\x1f\x8b\x08", b"Obj\x01", b"\xc0\x80", b"\xe2\x80\xa8", b'""', b"{}",
]  # fmt: skip


def mutated(content: bytes, random_: random.Random, others: list[bytes]) -> bytes:
    """The bytes with some of them changed, cut, repeated, swapped or taken from another drop."""
    data = bytearray(content)
    for _ in range(random_.choice([1, 1, 1, 1, 1, 2, 3, 8])):
        size = len(data)
        at, to = sorted((random_.randrange(size + 1), random_.randrange(size + 1)))
        near = min(at + random_.randrange(1, 9), size)
        match random_.randrange(9):
            case 0 if at < size:
                data[at] ^= 1 << random_.randrange(8)
            case 1 if at < size:
                data[at] = random_.randrange(256)
            case 2:
                del data[at:near]
            case 3:
                data[at:at] = random_.choice(INTERESTING)
            case 4:
                data[at:near] = random_.choice(INTERESTING)
            case 5:
                data = data[:to]
            case 6:
                data[to:to] = data[at:to]
            case 7:
                other = random_.choice(others)
                data[at:] = other[random_.randrange(len(other)) :]
            case _:
                data[at:to] = bytes(random_.randrange(256) for _ in range(min(to - at, 12)))
    return bytes(data)


def write_mutants(bench: FeedBench, count: int, seed: int) -> None:
    """Fill the bench's folder."""
    random_ = random.Random(seed)  # noqa: S311 - the same files in every run
    whole = seeds()
    others = [content for _, content in whole]
    for number in range(count):
        name, content = random_.choice(whole)
        packing = random_.choice(["", "", "", *PACK])
        if random_.random() < 0.5 or not packing:
            content = PACK[packing](mutated(content, random_, others))
        else:
            content = mutated(PACK[packing](content), random_, others)
        bench.write(f"{name}_{number}", content)


def bench_of(home: Path) -> FeedBench:
    settings = Settings(
        "duckdb", home / "warehouse" / "test.duckdb", "", settle_seconds=0,
        pseudonym_key="a key that only tests have",
    )  # fmt: skip
    return FeedBench.made(settings, home, *FEEDS)


def load_captured(settings: Settings, folder: Path, output: Path) -> None:
    """Load in a process of its own; what it and its libraries print goes to a file."""
    with output.open("wb") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    load(folder, settings)


PRINTED = re.compile(r"failed file://\S+")
LONGEST_ERROR = 600


def check(bench: FeedBench, output: str) -> Counter[str]:
    """Every drop is in the ledger, every record explained, every failure one line of its own."""
    assert bench.unexplained_rows() == 0
    files = {path.as_uri() for path in bench.folder.iterdir()}
    ledger = bench.query(
        "select url, state, error, rows_read, rows_loaded, rows_quarantined from raw.loads"
    )
    assert {row[0] for row in ledger} == files
    wrong = []
    for url, state, error, read, loaded, quarantined in ledger:
        match state:
            case "failed":
                fine = is_fine(error)
            case "loaded":
                fine = error is None and read == loaded + quarantined
            case _:
                fine = error is None and read is None
        if not fine:
            wrong.append((url, state, error, read, loaded, quarantined))
    assert not wrong, wrong
    unsaid = "select count(*) from raw.quarantine where reason is null or rule is null"
    assert bench.query(unsaid) == [(0,)]
    printed = [line for line in output.splitlines() if not PRINTED.fullmatch(line)]
    assert not printed, printed
    return Counter(row[1] for row in ledger)


def is_fine(error: str) -> bool:
    """One line that says why, and names neither a temporary file nor a part of the program."""
    bad = r"[\x00-\x1f\x7f]|audience-vault-|unpacked|/tmp|Traceback|Error: |INTERNAL"
    return bool(error) and len(error) <= LONGEST_ERROR and not re.search(bad, error)
