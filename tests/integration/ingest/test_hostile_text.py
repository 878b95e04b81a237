"""Hostile text arrives as it was sent, and neither a table nor a screen nor a log obeys it."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from made_avro import CODECS, avro, record
from made_feeds import FeedBench, feed, field
from typer.testing import CliRunner

from ingest.cli import app
from ingest.console import UNSAFE
from ingest.settings import PROJECT_DIR, Settings

NAUGHTY = PROJECT_DIR.parent / "shared" / "drops" / "awkward" / "text" / "blns.json"
OWN = [
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b31m", "\b\b\b\b", "a\rb",
    "a\nb", "a\r\nb", "\t", "\x0b\x0c", "\u202eright to left", "\u2066isolate\u2069",
    "\u200bzero width", "\u2028line\u2029paragraph", "\ufeffmark", "[bold red]x[/]", "[/nothing]",
    "[link=http://x]y", "[@click=app.bell]z", ":smile:", "{0.__class__}", "%(message)s", "%s%n", "${jndi:ldap://x}",
    "'; drop table raw.loads; --", '"; drop table raw.quarantine; --', "$1", "?", "\\", "\\N",
    "\\x41", '"', '""', "'", ",", ";", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "&amp;",
    "null", "NULL", "None", "NaN", "true", "0x10", "1e5", "-0", "\ufffd", "\uffff", "\U0010ffff",
    "\U000e0001", "e\u0301\u0301\u0301", "x" * 70_000, "{", "[", "]}", "/*", "*/", "--", "`", "~",
]  # fmt: skip
HOSTILE = [
    *OWN,
    *(text for text in (json.loads(NAUGHTY.read_text()) if NAUGHTY.exists() else []) if text),
]
SENT = [field("n", "integer", required=True), field("text")]
REFUSED = [
    field("n", "integer"),
    field(
        "text",
        quality=[
            {"metric": "invalidValues", "arguments": {"validValues": ["ok"]}, "mustBe": 0},
        ],
    ),
]
COMMA = {"format": "csv", "delimiter": ","}
RUNNER = CliRunner()
STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""The only escapes that may reach a terminal: the colours of our own words."""


def as_csv(rows: list[tuple[int, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("n", "text"), *rows])
    return text.getvalue().encode()


def as_json(write: Callable[..., str]) -> Callable[[list[tuple[int, str]]], bytes]:
    def content(rows: list[tuple[int, str]]) -> bytes:
        return write([{"n": n, "text": text} for n, text in rows]).encode()

    return content


def as_lines(records: list[dict], *, ascii_only: bool) -> str:
    return "\n".join(json.dumps(each, ensure_ascii=ascii_only) for each in records)


def as_avro(codec: str) -> Callable[[list[tuple[int, str]]], bytes]:
    schema = record(n="long", text="string")
    return lambda rows: avro(schema, [{"n": n, "text": text} for n, text in rows], codec)


WAYS: dict[str, tuple[str, Callable[[list[tuple[int, str]]], bytes]]] = {
    "csv": ("commas", as_csv),
    "json_lines": ("objects", as_json(lambda r: as_lines(r, ascii_only=True))),
    "json_lines_utf8": ("objects", as_json(lambda r: as_lines(r, ascii_only=False))),
    "json_array": ("objects", as_json(lambda r: json.dumps(r, ensure_ascii=False))),
    "json_wrapper": ("objects", as_json(lambda r: json.dumps({"]}": r}))),
    **{f"avro_{codec}": ("blocks", as_avro(codec)) for codec in CODECS},
}


def feeds(columns: list[dict]) -> list[dict]:
    return [
        feed("commas", *columns, server=COMMA),
        feed("objects", *columns),
        feed("blocks", *columns, server={"format": "avro"}),
    ]


@pytest.fixture
def bench(settings: Settings, tmp_path: Path) -> FeedBench:
    return FeedBench.made(settings, tmp_path, *feeds(SENT))


@pytest.fixture
def refusing(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FeedBench:
    """Every text is refused; the commands find its contracts."""
    bench = FeedBench.made(settings, tmp_path, *feeds(REFUSED))
    monkeypatch.setattr(Settings, "from_environment", lambda *_: bench.settings)
    return bench


def numbered() -> list[tuple[int, str]]:
    return [*enumerate(HOSTILE, start=1)]


@pytest.mark.parametrize("way", WAYS)
def test_every_text_arrives_unchanged(bench, way):
    name, content = WAYS[way]
    result = bench.load(f"{name}_1", content(numbered()))
    assert (result.error, result.rows_quarantined) == (None, 0)
    assert bench.rows(name, "n", "text") == numbered()


@pytest.mark.parametrize("way", ["csv", "json_lines", "json_array", "avro_null"])
def test_every_refused_text_is_kept_as_it_was_sent(refusing, way):
    name, content = WAYS[way]
    assert refusing.load(f"{name}_1", content(numbered())).rows_quarantined == len(HOSTILE)
    kept = refusing.quarantined("row_number", "value", "payload")
    assert [(n, value) for n, value, _ in kept] == numbered()
    payloads = [json.loads(payload) for *_, payload in kept]
    assert [(int(p["n"]), p["text"]) for p in payloads] == numbered()


@pytest.mark.parametrize("way", ["csv", "json_lines", "json_array", "avro_null"])
def test_names_that_no_contract_knows_are_only_names(bench, way):
    """As keys and headers, beside the columns: all of them are in `_extra`."""
    names = [*dict.fromkeys(text for text in HOSTILE if text not in ("n", "text"))]
    if way == "csv":
        text = io.StringIO(newline="")
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["n", *names], [7, *names]])
        assert bench.load("commas_1", text.getvalue().encode()).error is None
        ((_, extra),) = bench.rows("commas", "n", "_extra")
    elif way == "avro_null":
        schema = record(n="long", more={"type": "map", "values": "string"})
        values = dict(zip(names, names, strict=True))
        assert bench.load("blocks_1", avro(schema, [{"n": 7, "more": values}])).error is None
        ((_, extra),) = bench.rows("blocks", "n", "_extra")
        assert json.loads(extra) == {"more": values}
        return
    else:
        each = {"n": 7} | dict(zip(names, names, strict=True))
        content = json.dumps(each if way == "json_lines" else [each]).encode()
        assert bench.load("objects_1", content).error is None
        ((_, extra),) = bench.rows("objects", "n", "_extra")
    assert json.loads(extra) == dict(zip(names, names, strict=True))


def run(*arguments: object) -> str:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    return result.output


def assert_harmless(shown: str) -> None:
    """Lines of text: nothing that moves a cursor, changes a colour or turns text around."""
    found = {each for each in shown if unicodedata.category(each) in UNSAFE} - {"\n"}
    assert found == set()


def test_every_refused_text_is_shown_as_text(refusing):
    load_id = refusing.load("objects_1", WAYS["json_lines"][1](numbered())).load_id
    listed = run("quarantine", "list", "--limit", len(HOSTILE))
    assert_harmless(listed)
    assert len(listed.splitlines()) < len(HOSTILE) + 12
    for shown in ("[bold red]x[/]", "[/nothing]", ":smile:", "\\x1b[31mred", "\\u202eright"):
        assert shown in listed
    for number in range(1, len(OWN) + 1):
        shown = run("quarantine", "show", load_id, number)
        assert_harmless(shown)
        assert [line.split()[0] for line in shown.splitlines()] == [
            "feed", "drop", "load", "row", "reason", "payload",
        ]  # fmt: skip


NAMEABLE = [
    text for text in HOSTILE if "/" not in text and len(text.encode()) < 200 and text[-1] != "~"
]


def test_every_text_may_be_a_files_name(refusing):
    for number, text in enumerate(NAMEABLE):
        refusing.write(f"objects_{number} {text}", b"[" if number % 2 else b"[]%d" % number)
    told = run("load", refusing.folder)
    for shown in (told, run("status"), run("load", refusing.folder, "--dry-run")):
        assert_harmless(shown)
    failed = refusing.query("select count(*) from raw.loads where state = 'failed'")
    assert failed == [(len(NAMEABLE),)]
    assert "[@click=app.bell]z" in told
    for line in run("load", refusing.folder, "--json").splitlines():
        assert_harmless(line)
        json.loads(line)


def test_every_text_may_be_in_an_error(refusing):
    """A header that names a column twice is named in the reason, which stays one line."""
    for number, text in enumerate(HOSTILE):
        name = text.replace('"', '""')
        refusing.write(f"commas_{number}.csv", f'n,"{name}","{name}"\n1,2,3\n'.encode())
    told = run("load", refusing.folder)
    for shown in (told, run("status")):
        assert_harmless(shown)
    errors = refusing.query("select error from raw.loads where state = 'failed'")
    assert len(errors) == len(HOSTILE)
    assert all("twice" in error for (error,) in errors)
    assert [error for (error,) in errors if re.search(r"[\r\n]", error)] == []


LOG = """
import sys
from dataclasses import replace
from pathlib import Path
from ingest.logs import set_up_logs
from ingest.loading.loader import load
from ingest.settings import Settings
set_up_logs("json")
settings = replace(Settings.from_environment(), project_dir=Path(sys.argv[2]))
load(sys.argv[1], settings)
"""


def test_logs_are_one_line_for_each_drop_whatever_it_is_called(refusing):
    for number, text in enumerate(NAMEABLE):
        refusing.write(f"objects_{number} {text}", b"[")
    arguments = [str(refusing.folder), str(refusing.settings.project_dir)]
    done = subprocess.run(
        [sys.executable, "-c", LOG, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == len(NAMEABLE)
    for line in lines:
        assert_harmless(line)
        assert json.loads(line)["level"] == "WARNING"


TERMINAL = """
import sys
from dataclasses import replace
from pathlib import Path
from ingest.cli import app
from ingest.settings import Settings
made = replace(Settings.from_environment(), project_dir=Path(sys.argv.pop(1)))
Settings.from_environment = lambda *_: made
app()
"""


def on_terminal(bench: FeedBench, *arguments: object) -> str:
    """What a command writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, str(bench.settings.project_dir), *map(str, arguments)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(ours)
    process.wait()
    return shown.decode()


def test_a_terminal_gets_no_escapes_but_our_own(refusing):
    refusing.load("objects_1", WAYS["json_lines"][1](numbered()[: len(OWN)]))
    refusing.write("objects_2 \x1b[2J[bold]", b"[")
    screens = [
        on_terminal(refusing, "load", refusing.folder),
        on_terminal(refusing, "status"),
        on_terminal(refusing, "quarantine", "list", "--limit", 100),
        on_terminal(refusing, "quarantine", "show", 1, 1),
    ]
    assert "\x1b[" in screens[2]
    assert "\\x1b" in "".join(STYLE.sub("", screens[2]).split())
    for screen in screens[1:]:
        assert_harmless(STYLE.sub("", screen).replace("\r\n", "\n"))
    moving = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|[0-9]*[AK]|2K)|\r")
    assert_harmless(moving.sub("", screens[0]))
