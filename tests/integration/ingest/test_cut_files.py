"""Drops that were cut before they were listed: what tells it, and what nothing can tell."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cut_cases import CASES, FEEDS, ROWS, Case, Rows, as_csv, csv_rows
from made_feeds import FeedBench
from made_source import PACK

from ingest.settings import Settings
from ingest.stores import Drop
from ingest.stores.folder import FolderStore

REASON = re.compile(
    r"cut off|is empty|broken near record|isn't the trailer|the trailer states|damaged|"
    r"required column|header line|the list of records|no Avro file|is no text in utf-16|"
    r"byte order mark|more than one object|unclosed|no list of records"
)


def load_cuts(bench: FeedBench, cuts: Iterator[tuple[str, bytes]]) -> dict[str, tuple]:
    """State, error and rows of each drop by name."""
    for name, part in cuts:
        bench.write(name, part)
    bench.load_all()
    assert bench.unexplained_rows() == 0
    found = bench.query("select parse_filename(url), state, error, load_id, feed from raw.loads")
    return {
        name: (state, error, load_id, feed_name) for name, state, error, load_id, feed_name in found
    }


def rows_of(bench: FeedBench, load_id: int, feed_name: str) -> Rows:
    query = f"select id, text, last from raw.{feed_name} where _load_id = {load_id} order by _row"
    return bench.query(query)


@pytest.fixture
def bench(settings: Settings, tmp_path: Path) -> FeedBench:
    return FeedBench.made(settings, tmp_path, *FEEDS)


def check(bench: FeedBench, found: tuple, rows: Rows | None, whole: Rows) -> None:
    """A cut that can be told is a failed drop; what else is there starts as the whole does."""
    state, error, load_id, feed_name = found
    if rows is None:
        assert (state, bool(REASON.search(error or ""))) == ("failed", True), error
        return
    assert (state, error) in (("loaded", None), ("duplicate", None))
    if state == "loaded":
        landed = rows_of(bench, load_id, feed_name)
        empty = {None: ""} if feed_name not in ("json", "ended", "avro") else {}
        assert landed == rows
        for cut, complete in zip(landed, whole, strict=False):
            ours = tuple(empty.get(value, value) for value in cut)
            assert (ours[:-1], complete[2].startswith(ours[-1])) == (complete[:-1], True)
        assert [tuple(empty.get(v, v) for v in row) for row in landed[:-1]] == [
            *whole[: max(len(landed) - 1, 0)]
        ]


def positions(case: Case) -> set[int]:
    """Every tenth of the length, and the ends of lines and of the file."""
    size = len(case.whole)
    ends = {n + 1 for n, byte in enumerate(case.whole) if byte == ord("\n")}
    return {size * tenth // 10 for tenth in range(11)} | ends | {1, size - 1}


def load_and_check(bench: FeedBench, case: Case, positions: set[int]) -> None:
    cuts = {f"{case.file}.{n}": case.whole[:n] for n in positions}
    found = load_cuts(bench, iter(cuts.items()))
    assert found.keys() == cuts.keys()
    for name, part in cuts.items():
        check(bench, found[name], case.seen(part), [*ROWS])
    assert found[f"{case.file}.{len(case.whole)}"][0] in ("loaded", "duplicate")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cut_drop_fails_wherever_that_can_be_told(bench, case):
    load_and_check(bench, case, positions(case))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_drop_cut_at_any_byte_fails_wherever_that_can_be_told(bench, case):
    load_and_check(bench, case, {*range(len(case.whole) + 1)})


@pytest.mark.parametrize("packing", [packing for packing in PACK if packing])
def test_a_packed_drop_cut_at_any_tenth_fails(bench, packing):
    cuts = {}
    for case in CASES:
        packed = PACK[packing](case.whole)
        for tenth in range(11):
            cuts[f"{case.file}.{tenth}"] = packed[: len(packed) * tenth // 10]
    found = load_cuts(bench, iter(cuts.items()))
    assert found.keys() == cuts.keys()
    for name, (state, error, *_) in found.items():
        if name.endswith(".10"):
            assert state in ("loaded", "duplicate")
        else:
            assert (state, bool(re.search("cut off|is empty", error))) == ("failed", True)


@pytest.mark.parametrize("packing", [".gz", ".zst", ".bz2"])
def test_a_cut_between_two_packed_parts_is_told_by_what_is_inside_or_by_nothing(bench, packing):
    parts = [as_csv(), b"7,x,y\n"], [as_csv()[:-9], as_csv()[-9:]]
    whole, broken = ([PACK[packing](part) for part in each] for each in parts)
    assert bench.load("plain_1.csv", whole[0]).rows_loaded == len(ROWS)
    assert bench.load("plain_2.csv", b"".join(whole)).rows_loaded == len(ROWS) + 1
    assert "cut off" in bench.load("plain_3.csv", broken[0]).error
    assert bench.load("plain_4.csv", b"".join(broken)).rows_loaded == len(ROWS)


@pytest.mark.parametrize("stated", [["bytes"], ["sha256"], ["bytes", "rows", "sha256"], ["rows"]])
def test_a_manifest_tells_every_cut(bench, stated):
    """One that states only rows can't tell what is cut within the last."""
    whole = as_csv()
    cuts = [*range(1, len(whole), 7), *range(len(whole) - 6, len(whole) + 1)]
    says = {"bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest(), "rows": len(ROWS)}
    for cut in cuts:
        bench.write(f"stated_{cut}.csv", whole[:cut])
        manifest = {name: says[name] for name in stated}
        bench.write(f"stated_{cut}.csv.manifest", json.dumps(manifest).encode())
    results = bench.load_all().results
    assert len(results) == len(cuts)
    for cut, result in zip(cuts, results, strict=True):
        rows = csv_rows(whole[:cut])
        lines = [*csv.reader(io.StringIO(whole[:cut].decode(errors="replace"), newline=""))]
        has_all = rows is not None and len(lines) - 1 == len(ROWS)
        may_pass = has_all if stated == ["rows"] else cut == len(whole)
        assert (result.state == "loaded") == may_pass, (cut, result)
        if rows is not None and not may_pass:
            assert "its manifest states" in result.error


def test_a_fetched_size_that_differs_from_the_listed_one_always_fails(bench, monkeypatch):
    """However well what came reads: with its last byte missing, a whole part of it, or too much."""
    came = {}
    for case in CASES:
        for number, part in enumerate(
            [b"", *(case.whole[:n] for n in sorted(positions(case))[:-1]), case.whole + b"\n"]
        ):
            bench.write(f"{case.file}.{number}", case.whole)
            came[f"{case.file}.{number}"] = part, len(case.whole)

    def fetch(_: FolderStore, drop: Drop, target: Path, stop: object = None) -> None:
        target.write_bytes(came[drop.path][0])

    monkeypatch.setattr(FolderStore, "fetch", fetch)
    bench.load_all()
    told = {
        name: ("failed", f"{size:,} bytes were listed, but {len(part):,} came")
        for name, (part, size) in came.items()
    }
    query = "select parse_filename(url), state, error from raw.loads"
    assert {name: rest for name, *rest in bench.query(query)} == {
        name: [*rest] for name, rest in told.items()
    }
