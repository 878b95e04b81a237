"""Where quotes open and close, blanks beside them included, against a reader of its own."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_feeds import FeedBench, feed, texts

from ingest.contracts import Dialect
from ingest.errors import DropError
from ingest.readers import csv_quotes

TWO = feed("made", *texts("a", "b"), server={"format": "csv", "delimiter": ","})


@dataclass
class ByTheBook:
    """Reads CSV as docs/ingest.md says; `rows` are lists of texts, blank lines being none."""

    text: str
    rows: list[list[str]] = field(default_factory=list)
    is_broken: bool = False
    """Whether a quote isn't closed, or has anything but blanks after it."""
    at: int = 0

    def read(self) -> "ByTheBook":
        while self.at < len(self.text) and not self.is_broken:
            if self.text[self.at] == "\n":
                self.at += 1
            else:
                self.rows.append(self._row())
        return self

    def _row(self) -> list[str]:
        row = [self._field()]
        while self._here() == "," and not self.is_broken:
            self.at += 1
            row.append(self._field())
        self.at += 1
        return row

    def _field(self) -> str:
        if self.text[self.at : self.at + 2] == ' "':
            self.at += 1
        return self._quoted() if self._here() == '"' else self._up_to(",\n")

    def _quoted(self) -> str:
        self.at += 1
        value = self._up_to('"')
        while self.text[self.at : self.at + 2] == '""':
            self.at += 2
            value += '"' + self._up_to('"')
        self.is_broken = self._here() != '"'
        self.at += 1
        while self._here() == " ":
            self.at += 1
        self.is_broken |= self._here() not in ("", ",", "\n")
        return value

    def _here(self) -> str:
        return self.text[self.at : self.at + 1]

    def _up_to(self, ends: str) -> str:
        start = self.at
        while self._here() and self._here() not in ends:
            self.at += 1
        return self.text[start : self.at]


QUOTED = st.lists(st.sampled_from(['""', " ", "x", ",", "\n"]), max_size=4)
FIELDS = st.one_of(
    st.builds(
        lambda before, inside, after: f'{before}"{"".join(inside)}"{after}',
        st.sampled_from(["", " ", "  "]),
        QUOTED,
        st.sampled_from(["", " ", "  "]),
    ),
    st.text(st.sampled_from('" xy\n'), max_size=5),
)
FILES = st.lists(st.lists(FIELDS, min_size=1, max_size=3).map(",".join), min_size=1, max_size=5)


@given(FILES)
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@example(['1, "x""y"'])
@example(["x", "x", "1,2", "x", "x", "3,4"])
@example(['1, "x\n\ny"', "few", "3,4"])
def test_rows_are_what_they_are_by_the_book(settings, tmp_path, lines):
    """Values and numbers of rows, and which are put aside; only broken files may fail."""
    settings.duckdb_path.unlink(missing_ok=True)
    bench = FeedBench.made(settings, tmp_path, TWO)
    content = "\n".join(lines) + "\n"
    result = bench.load("made_1.csv", f"a,b\n{content}".encode())
    expected = ByTheBook(content).read()
    if expected.is_broken:
        return
    assert result.error is None
    good = {n: row for n, row in enumerate(expected.rows, 1) if len(row) > 1 and not any(row[2:])}
    assert bench.rows("made", "_row", "a", "b") == [
        (n, row[0] or None, row[1] or None) for n, row in good.items()
    ]
    few_or_many = {*range(1, len(expected.rows) + 1)} - good.keys()
    assert bench.quarantined("row_number", "rule") == [(n, "fields") for n in sorted(few_or_many)]


def reopens(path: Path, content: bytes, dialect: Dialect) -> int | None:
    """The line that is told, if any is."""
    path.write_bytes(content)
    try:
        csv_quotes.refuse_reopened(path, dialect)
    except DropError as error:
        return int(str(error).split()[1])
    return None


@pytest.mark.parametrize("window", [1, 2, 3, 7, 50, 10_000])
def test_windows_do_not_matter(tmp_path, monkeypatch, window):
    monkeypatch.setattr(csv_quotes, "WINDOW_BYTES", window)
    path, comma = tmp_path / "made.csv", Dialect()
    fine = b'a,b\n1,"x"" ""\n\ny"\n2, "" \n"","  ""x"\n x "y" "z",""" """\n' * 3
    assert reopens(path, fine, comma) is None
    assert reopens(path, fine + b'"x', comma) is None
    assert reopens(path, fine + b'"x" "y"', comma) == 22
    assert reopens(path, fine + b'1,2\n3, "x"   "y",\n' + fine, comma) == 23


def test_other_quotes_and_delimiters_are_those_of_the_contract(tmp_path):
    path = tmp_path / "made.csv"
    assert reopens(path, b"a|'x' 'y'\n", Dialect(delimiter="|", quote="'")) == 1
    assert reopens(path, b'a|"x" "y"\n', Dialect(delimiter="|", quote="'")) is None
    assert reopens(path, b'a|"x" "y"\n', Dialect(delimiter="|", quote="")) is None
    assert reopens(path, b'"x" "y"\n', Dialect(delimiter=" ")) is None
