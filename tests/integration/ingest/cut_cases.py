"""Whole drops of every format, and what a plain reader sees of them once they are cut."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass

import fastavro
from made_avro import CODECS, avro, record
from made_feeds import feed, field

ROWS = [
    ("1", "plain", "ready"),
    ("2", 'a "quote", and a delimiter', "Zürich"),
    ("3", "two\nlines", "r"),
    ("4", "", 'last "field" in quotes'),
    ("5", "] } ]}", "long last field"),
    ("6", "日本", "日本"),
]
NAMES = ("id", "text", "last")
COLUMNS = [field("id", required=True), field("text"), field("last", required=True)]
CSV = {"format": "csv", "delimiter": ","}
TRAILER = r"^END,(\d+)$"
FEEDS = [
    feed("plain", *COLUMNS, server=CSV),
    feed("lined", *COLUMNS, server=CSV | {"finalLineEnd": "required"}),
    feed("counted", *COLUMNS, server=CSV | {"trailerPattern": TRAILER}),
    feed("stated", *COLUMNS, server=CSV | {"manifestSuffix": ".manifest"}),
    feed("wide", *COLUMNS, server=CSV | {"encoding": "utf-16"}),
    feed("json", *COLUMNS),
    feed("ended", *COLUMNS, server={"finalLineEnd": "required"}),
    feed("avro", *COLUMNS, server={"format": "avro"}),
]


def as_csv(newline: str = "\n", trailer: str = "") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=newline)
    writer.writerows([NAMES, *ROWS])
    return (text.getvalue() + trailer).encode()


RECORDS = [dict(zip(NAMES, row, strict=True)) | {"m": [[1]]} for row in ROWS]
AVRO = record(id="string", text="string", last="string")


def as_lines(newline: bytes = b"\n") -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + newline for each in RECORDS)


def as_avro(codec: str) -> bytes:
    rows = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    return avro(AVRO, rows, codec, sync_interval=1)


# What a cut file looks like to a reader that has nothing but its bytes. Each gives the rows that
# are there for it, or None where the cut can be told.

Rows = list[tuple[str | None, ...]]
Seen = Callable[[bytes], Rows | None]


def csv_rows(part: bytes) -> Rows | None:
    """Without any rule: a cut is told by an open quote, a missing field, or half a character.

    One that leaves nothing of the last value puts that row into quarantine, as it is required.
    """
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if text.count('"') % 2:
        return None
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or any(len(row) < len(NAMES) for row in rows) or tuple(rows[0]) != NAMES:
        return None
    return [tuple(value or None for value in row) for row in rows[1:] if row[2]]


def lined_rows(part: bytes) -> Rows | None:
    """Only a cut at a row's end is none that can be told."""
    return csv_rows(part) if part.endswith((b"\n", b"\r")) else None


def counted_rows(part: bytes) -> Rows | None:
    """Only the last line end may be missing."""
    return csv_rows(as_csv()) if part.rstrip(b"\r\n") == as_csv(trailer="END,6") else None


def wide_rows(part: bytes) -> Rows | None:
    """As CSV, but half a character is any odd byte."""
    try:
        return csv_rows(part.decode("utf-16").encode())
    except UnicodeDecodeError:
        return None


def line_rows(part: bytes) -> Rows | None:
    """A cut between two lines is none that can be told."""
    try:
        records = [json.loads(line) for line in part.splitlines() if line.strip()]
    except ValueError:
        return None
    return [tuple(each[name] for name in NAMES) for each in records] or None


def ended_rows(part: bytes) -> Rows | None:
    return line_rows(part) if part.endswith(b"\n") else None


def json_rows(part: bytes) -> Rows | None:
    """Only blanks may be missing."""
    try:
        found = json.loads(part)
    except ValueError:
        return None
    return line_rows(as_lines()) if isinstance(found, list | dict) else None


def avro_rows(codec: str) -> Seen:
    """A cut between two blocks is none that can be told."""
    whole = as_avro(codec)
    ends = [block.offset + block.size for block in fastavro.block_reader(io.BytesIO(whole))]
    starts = [block.offset for block in fastavro.block_reader(io.BytesIO(whole))]
    boundaries = {starts[0]: 0} | {end: count for count, end in enumerate(ends, start=1)}
    assert len(ends) == len(ROWS)

    def rows(part: bytes) -> Rows | None:
        return None if len(part) not in boundaries else [*ROWS[: boundaries[len(part)]]]

    return rows


@dataclass(frozen=True)
class Case:
    """A whole drop of a feed, and what is left of it once it is cut."""

    name: str
    feed: str
    whole: bytes
    seen: Seen

    @property
    def file(self) -> str:
        return f"{self.feed}_{self.name}"


CASES = [
    Case("csv", "plain", as_csv(), csv_rows),
    Case("csv_crlf", "plain", as_csv("\r\n"), csv_rows),
    Case("csv_final_line_end", "lined", as_csv(), lined_rows),
    Case("csv_crlf_final_line_end", "lined", as_csv("\r\n"), lined_rows),
    Case("csv_trailer", "counted", as_csv(trailer="END,6\n"), counted_rows),
    Case("csv_utf_16", "wide", as_csv().decode().encode("utf-16"), wide_rows),
    Case("json_lines", "json", as_lines(), line_rows),
    Case("json_lines_crlf", "json", as_lines(b"\r\n\r\n"), line_rows),
    Case("json_lines_final_line_end", "ended", as_lines(), ended_rows),
    Case("json_array", "json", json.dumps(RECORDS, indent=1).encode() + b"\n", json_rows),
    Case("json_wrapper", "json", json.dumps({"of": RECORDS}).encode() + b"\n", json_rows),
    *(Case(f"avro_{codec}", "avro", as_avro(codec), avro_rows(codec)) for codec in CODECS),
]
