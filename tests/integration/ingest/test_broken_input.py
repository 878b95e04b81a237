"""Each line of the tables under "What bad input gets" in docs/ingest.md, and what they rest on."""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from bad_avro import AVRO
from bad_case import RULES, check, make_bench
from bad_elsewhere import ELSEWHERE
from bad_files import ENCODED, FILES, PACKED
from bad_text import CSV, JSON
from bad_values import VALUES
from made_drops import event, events, lines
from made_feeds import FeedBench, feed, field, texts

from ingest.errors import UsageError
from ingest.loading.loader import load
from ingest.readers import json as json_reader
from ingest.settings import PROJECT_DIR

HERE = Path(__file__).parent
GOOD = events(100)
CHANNELS = b"channel,name,broadcaster,genre\n" + b"".join(b"c%d,n,b,g\n" % n for n in range(100))
CASES = FILES | PACKED | ENCODED | JSON | CSV | AVRO | VALUES
KEY = "a key that only tests have"


# Lines that aren't about one drop by itself.


def waits_for_its_companion(bench: FeedBench) -> None:
    bench.write("marked_1.csv", b"id,name\na,b\n")
    bench.write("stated_1.csv", b"id,name\na,b\n")
    report = bench.load_all()
    assert [each.reason for each in report.waiting] == [
        "waits for its marker marked_1.csv.done",
        "waits for its manifest stated_1.csv.manifest",
    ]
    assert (report.results, report.ignored) == ([], [])
    bench.write("marked_1.csv.done", b"")
    assert [result.rows_loaded for result in bench.load_all().results] == [1]


def belongs_to_no_feed(bench: FeedBench) -> None:
    url = bench.write("readme.txt", b"what to read").as_uri()
    report = bench.load_all()
    assert (report.results, report.ignored) == ([], [url])


def is_hidden_or_unfinished(bench: FeedBench) -> None:
    for name in (".events_1", ".tmp/events_1", "events_1.part", "events_1.TMP", "events_1~"):
        bench.write(name, b"[]")
    report = bench.load_all()
    assert (report.results, report.ignored, report.waiting) == ([], [], [])


def belongs_to_two_feeds(bench: FeedBench) -> None:
    both = [feed(name, field("id"), server={"path": "events_*"}) for name in ("one", "two")]
    bench = FeedBench.made(bench.settings, bench.folder.parent / "both", *both)
    bench.write("events_1.json", b"[]")
    with pytest.raises(UsageError, match="belongs to the feeds one and two"):
        bench.load_all()


def holds_error_records(bench: FeedBench) -> None:
    server = {"layout": "firehose", "path": "tv/"}
    made = feed("tv", *texts("a"), server=server)
    bench = FeedBench.made(bench.settings, bench.folder.parent / "firehose", made)
    error = bench.write("tv/processing-failed/2024/01/31/23/stream-1", b"{}").as_uri()
    bench.write("tv/2024/01/31/23/stream-1", b'{"a": "b"}\n')
    bench.write("tv/2024/02/31/23/stream-1", b'{"a": "no such day"}\n')
    report = bench.load_all()
    assert [result.rows_loaded for result in report.results] == [1]
    assert report.error_records == [error]
    assert [Path(url).parts[-4] for url in report.ignored] == ["02"]


def drops_its_pii(bench: FeedBench) -> None:
    columns = [field("viewer", classification="pii"), field("n", "integer")]
    bench = FeedBench.made(
        replace(bench.settings, pseudonym_key=KEY),
        bench.folder.parent / "private",
        feed("views", *columns, settings={"rawPii": "drop"}),
    )
    bench.load("views_1.json", b'{"viewer": "Ann", "n": 1}\n{"viewer": "Ann", "n": "x"}\nAnn\n')
    ((clear, pseudonym),) = bench.rows("views", "viewer", "viewer_pseudonym")
    assert clear is None
    (row, line) = bench.quarantined("rule", "payload")
    assert (row[0], json.loads(row[1])) == ("type", {"viewer": pseudonym, "n": "x"})
    assert line[0] == "record"
    assert line[1].startswith("withheld")


def has_no_key(bench: FeedBench) -> None:
    made = feed("views", field("viewer", classification="pii"))
    bench = FeedBench.made(bench.settings, bench.folder.parent / "private", made)
    with pytest.raises(UsageError, match="there is no key for pseudonyms; set AUDIENCE_VAULT_"):
        bench.load("views_1.json", b'{"viewer": "Ann"}\n')
    bench.settings = replace(bench.settings, pseudonym_key=KEY)
    bench.load("views_1.json", b'{"viewer": "Ann"}\n')
    bench.settings = replace(bench.settings, pseudonym_key=f"not {KEY}")
    with pytest.raises(UsageError, match="isn't the key that load 1 was loaded with"):
        bench.load("views_2.json", b'{"viewer": "Bob"}\n')


SPECIAL: dict[str, Callable[[FeedBench], None]] = {
    "drop without the marker or manifest that its contract wants": waits_for_its_companion,
    "file of no feed": belongs_to_no_feed,
    "hidden file, or one with a temporary suffix": is_hidden_or_unfinished,
    "file that the patterns of two feeds take": belongs_to_two_feeds,
    "what Firehose couldn't deliver, under its error prefix": holds_error_records,
    "bad row of a feed whose PII is dropped": drops_its_pii,
    "PII, and no key for pseudonyms or another one than before": has_no_key,
}


def told_lines() -> dict[str, str]:
    """The second column of the page's tables by their first."""
    page = (PROJECT_DIR / "docs" / "ingest.md").read_text()
    part = page.split("## What bad input gets\n")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("| ")
    ]
    rows = [row for row in cells if row[0] != "input"]
    assert len({row[0] for row in rows}) == len(rows), "a line is there twice"
    return dict(rows)


TOLD = told_lines()


def test_each_line_of_the_page_has_its_case_and_each_case_its_line():
    tested = [*CASES, *SPECIAL, *ELSEWHERE]
    assert set(TOLD) == set(tested)
    assert len(TOLD) == len(tested)


@pytest.mark.parametrize("line", CASES)
def test_a_line_of_one_drop_is_true(settings, tmp_path, line):
    bench = make_bench(settings, tmp_path, [case.feed for case in CASES[line]])
    urls = {}
    for number, case in enumerate(CASES[line]):
        path = bench.write(f"{case.feed}_{number}{case.suffix}", case.content)
        urls[path.as_uri()] = case
        for suffix, content in case.beside.items():
            bench.write(f"{path.name}{suffix}", content)
    report = bench.load_all()
    assert {result.url for result in report.results} == urls.keys()
    assert not any(str(bench.folder.parent) in (result.error or "") for result in report.results)
    with duckdb.connect(settings.duckdb_path) as warehouse:
        for url, case in urls.items():
            check(warehouse, case, url)
    assert bench.unexplained_rows() == 0


@pytest.mark.parametrize("line", CASES)
def test_a_line_says_what_its_cases_are(line):
    """Its first word, rules and parts of reasons, as far as it quotes them."""
    told, cases = TOLD[line], CASES[line]
    quoted = re.findall(r"`([^`]+)`", told)
    if told.startswith("failed"):
        reasons = [case.failed for case in cases if case.failed]
        assert reasons
        assert not quoted or all(any(part in reason for part in quoted) for reason in reasons)
        assert all(any(part in reason for reason in reasons) for part in quoted)
    elif told.startswith("row quarantined"):
        rules = {rule for case in cases for _, _, rule in case.aside}
        assert not any(case.failed for case in cases)
        assert rules == RULES & {*quoted}
    else:
        assert told.startswith("loaded")
        assert not any(case.failed for case in cases)
        assert any(not case.aside for case in cases)


@pytest.mark.parametrize("line", SPECIAL)
def test_a_line_of_several_files_is_true(settings, tmp_path, line):
    SPECIAL[line](make_bench(settings, tmp_path, ["events", "marked", "stated"]))


@pytest.mark.parametrize("line", ELSEWHERE)
def test_a_line_that_is_tested_elsewhere_is_tested_there(line):
    for node in ELSEWHERE[line]:
        pattern, _, name = node.partition("::")
        trees = [ast.parse(path.read_text()) for path in HERE.glob(pattern)]
        tests = [each.name for t in trees for each in t.body if isinstance(each, ast.FunctionDef)]
        assert name in tests, node


# What the lines don't say: places, neighbours, and the words of reasons.


def test_a_record_beyond_the_bound_fails_the_drop(bench, monkeypatch):
    monkeypatch.setattr(json_reader, "MAX_RECORD_BYTES", 20_000_000)
    result = bench.load(lines(*events(3), event(chname="x" * 42_000_000)))
    assert result.state == "failed"
    assert "a JSON record is larger than the loader takes" in result.error
    assert bench.query("select count(*) from raw.stb_events") == [(0,)]
    assert bench.load(lines(*events(3), event(chname="x" * 19_000_000))).rows_loaded == 4


@pytest.mark.parametrize(
    ("bad", "column", "rule"),
    [
        (b'{"mac": "b",', None, "record"),
        (b"null", None, "record"),
        (event(code="OFF"), "code", "valid values"),
        (event(mac=None), "mac", "required"),
        (event(ts="1.00000001"), "ts", "type"),
        (event(indextime="2024-01-01T00:00:00"), "indextime", "zone"),
    ],
)
def test_a_bad_row_keeps_its_place_among_its_neighbours(bench, bad, column, rule):
    result = bench.load(lines(*GOOD[:3], b"", bad, *GOOD[3:]))
    assert (result.state, result.rows_read, result.rows_loaded) == ("loaded", 101, 100)
    assert bench.quarantined() == [(4, column, rule)]
    ((payload,),) = bench.query("select payload from raw.quarantine")
    delivered = bad if isinstance(bad, bytes) else json.dumps(bad).encode()
    assert payload == delivered.decode()
    assert bench.query("select _row from raw.stb_events where mac = 'box 3'") == [(5,)]


def test_a_row_says_everything_that_is_wrong_with_it(bench):
    bench.load(lines(*GOOD, event(mac=None, code="X")))
    ((reason,),) = bench.query("select reason from raw.quarantine")
    assert reason == "mac is missing; code isn't one of SSTART, ELWS, SALIVE, SSTAND"


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_rows_with_too_few_or_many_fields_keep_their_true_numbers(bench, newline):
    rows = [
        b"channel,name,broadcaster,genre",
        b'first,"over\ntwo lines",b,g',
        b"",
        b"",
        b"few,x",
        b"third,n,b,g",
        b"",
        b"many,1,2,3,4",
        b"\xff,1,2,3",
        b'"a"b,1,2,3',
        *(b"later,n,b,g" for _ in range(100)),
    ]
    bench.load(newline.join(rows) + newline, "channels.csv")
    assert bench.quarantined() == [(n, None, "fields") for n in (2, 4, 5, 6)]
    assert bench.query("select channel, _row from raw.channels order by _row limit 3") == [
        ("first", 1),
        ("third", 3),
        ("later", 7),
    ]
    payloads = bench.query("select payload from raw.quarantine order by row_number limit 2")
    assert payloads == [("few,x",), ("many,1,2,3,4",)]


def test_a_failed_drop_leaves_nothing_and_the_rest_of_the_load_goes_on(bench):
    bench.write("events_1.json", b"[")
    bench.write("events_2.json", lines(*events(9), event(code="X")))
    bench.write("events_3.json", lines(*GOOD))
    report = load(bench.folder, bench.settings)
    assert [result.state for result in report.results] == ["failed", "failed", "loaded"]
    assert len(report.failed) == 2
    assert bench.quarantined() == []
    assert bench.query("select rows_loaded, error is null from raw.loads order by load_id") == [
        (0, False),
        (0, False),
        (100, True),
    ]


def test_what_one_drop_rejects_is_not_another_drops(bench):
    bench.write("channels_1.csv", CHANNELS + b"few,x\n" + b'"open,1,2,3\n')
    bench.write("channels_2.csv", CHANNELS.replace(b"c1", b"d1") + b"many,1,2,3,4\n")
    bench.write("channels_3.csv", CHANNELS.replace(b"c1", b"e1"))
    bench.write("channels_4.csv", CHANNELS.replace(b"c1", b"f1") + b"few,y\n")
    report = load(bench.folder, bench.settings)
    assert [result.state for result in report.results] == ["failed", "loaded", "loaded", "loaded"]
    payloads = bench.query("select payload from raw.quarantine order by load_id")
    assert payloads == [("many,1,2,3,4",), ("few,y",)]
