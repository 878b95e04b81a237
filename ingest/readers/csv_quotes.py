"""Where quotes open and close in a CSV file, told by its bytes as DuckDB tells it.

A quote opens a field after a delimiter or a line's start, and after one blank there; elsewhere it
is text. Files are read window by window, so that memory stays bounded.
"""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.contracts import Dialect
from ingest.errors import DropError

WINDOW_BYTES = 64 * 1024 * 1024
OVERLAP_BYTES = 1024 * 1024
"""Of windows in which something short is looked for that may lie across their border."""


def refuse_reopened(path: Path, dialect: Dialect) -> None:
    """Raise DropError where a quote opens again after blanks, as in "x" "y".

    DuckDB loads that as a text without its inner quotes.
    """
    quote, edge = (re.escape(each).encode() for each in (dialect.quote, dialect.delimiter))
    if not quote or dialect.delimiter == " ":
        return
    with _mapped(path) as content:
        if not _has(re.compile(rb"%b +%b" % (quote, quote)), content):
            return
        opening = rb"(?:(?<![^\r\n%b])|(?<=[\r\n%b] )|(?<=\A ))%b" % (edge, edge, quote)
        inside = rb"[^%b]*+(?:%b%b[^%b]*+)*+%b" % (*[quote] * 5,)
        stray = rb"(?:(?<=[^\r\n%b ])|(?<=[^\r\n%b] ))%b" % (edge, edge, quote)
        rest = rb"(?= *[^ %b])" % quote
        fine = re.compile(rb"(?:[^%b]++|%b%b%b|%b)*+" % (quote, opening, inside, rest, stray))
        again = re.compile(rb"%b%b +%b" % (opening, inside, quote))
        start, window = 0, WINDOW_BYTES
        while start < len(content):
            end = min(start + window, len(content))
            stop = fine.match(content, start, end).end()
            if stop < end and again.match(content, stop, end):
                starts = range(0, stop, WINDOW_BYTES)
                ends = (content[at : min(at + WINDOW_BYTES, stop)].count(b"\n") for at in starts)
                line = 1 + sum(ends)
                raise DropError(
                    f"line {line} has a quote that opens again after it was closed; write quotes "
                    "within quotes twice"
                )
            if stop < end == len(content):
                return
            start, window = stop, WINDOW_BYTES + 2 * (end - stop)
            content.madvise(mmap.MADV_DONTNEED)


def blank_lines(path: Path, dialect: Dialect) -> Iterator[int]:
    """Where lines are blank, outside of quotes. DuckDB counts them but returns no record.

    A window that ends within quotes is read again from there, twice as large.
    """
    edge, quote = re.escape(dialect.delimiter).encode(), re.escape(dialect.quote).encode()
    quoted = rb"(?<![^\r\n%b])(?P<quoted> ?%b[^%b]*+(?:%b%b[^%b]*+)*+%b?)|" % (edge, *[quote] * 6)
    blank = rb"(?P<blank>(?<=\n)\r?\n)"
    pattern = re.compile((quoted if quote else b"") + blank)
    with _mapped(path) as content:
        if not _has(re.compile(rb"\n\r?\n"), content):  # be it in quotes
            return
        start, window = 0, WINDOW_BYTES
        while start < len(content):
            end = min(start + window, len(content))
            end += content[end - 1 : end] == b"\r" and end < len(content)
            following, window = end, WINDOW_BYTES
            for match in pattern.finditer(content, start, end):
                if match["blank"] is not None:
                    yield match.start()
                elif match.end() == end < len(content):
                    following, window = match.start(), 2 * (end - match.start()) + WINDOW_BYTES
            content.madvise(mmap.MADV_DONTNEED)
            start = following


def _has(pattern: re.Pattern[bytes], content: mmap.mmap) -> bool:
    """Whether there is any match; to look for those takes a fraction of the time of the rest."""
    for start in range(0, len(content), WINDOW_BYTES):
        if pattern.search(content, start, start + WINDOW_BYTES + OVERLAP_BYTES):
            return True
        content.madvise(mmap.MADV_DONTNEED)
    return False


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content
