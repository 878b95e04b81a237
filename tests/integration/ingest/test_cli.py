import signal
import subprocess
import sys
from subprocess import PIPE

import pytest
from made_drops import event, events, lines
from typer.testing import CliRunner

from ingest.cli import app
from ingest.commands import status

RUNNER = CliRunner()


def run(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def test_loading_tells_each_drop_and_the_sum(bench):
    bench.write("events_1.json", lines(*events(1000), event(code="X")))
    bench.write("readme.txt", b"x")
    told = run("load", bench.folder)
    assert "loaded    stb_events     events_1.json  1,000 rows, 1 in quarantine" in told
    assert "1 drop: 1 loaded; 1,000 rows loaded, 1 in quarantine." in told
    assert "1 file belongs to no feed: readme.txt" in told
    assert "1 drop: 1 unchanged; 0 rows loaded" in run("load", bench.folder)


def test_a_failed_drop_is_told_and_exits_with_one(bench):
    bench.write("events_1.json", b"[")
    bench.write("events_2.json", lines(event()))
    told = run("load", bench.folder, code=1)
    assert "failed    stb_events     events_1.json" in told
    assert "cut off" in told
    assert "1 loaded, 1 failed" in told
    assert "cut off" in run("status")


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "/nowhere"),
        ("load", ".", "--feed", "nothing"),
        ("load",),
        ("load", ".", "--bogus"),
        ("bogus",),
        ("quarantine", "list", "--feed", "nothing"),
        ("quarantine", "list", "--limit", "0"),
        ("quarantine", "show", "1", "1"),
    ],
)
def test_wrong_usage_exits_with_two(bench, arguments):
    run(*arguments, code=2)


@pytest.mark.parametrize("target", ["oracle", "postgres"])
def test_a_target_that_cannot_be_exits_with_two(bench, monkeypatch, target):
    monkeypatch.setenv("AUDIENCE_VAULT_TARGET", target)
    told = run("load", bench.write("channels.csv", b"channel\nc\n"), code=2)
    assert "AUDIENCE_VAULT_TARGET" in told


def test_a_bug_is_one_line_unless_asked_for(bench, monkeypatch):
    def broken(_: object) -> None:
        raise ZeroDivisionError("this is a bug")

    monkeypatch.setattr(status, "open_for_reading", broken)
    assert run("status", code=1).strip() == "Error: this is a bug"
    result = RUNNER.invoke(app, ["--debug", "status"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_control_c_ends_a_wait_at_once():
    """Polars' handler, which comes with the readers, lets what waits wait on."""
    code = """
from concurrent.futures import Future
from ingest.cli import main
main(debug=False)
print("waits", flush=True)
Future().result()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=PIPE, stderr=PIPE, text=True)
    assert process.stdout.readline() == "waits\n"
    process.send_signal(signal.SIGINT)
    try:
        assert "KeyboardInterrupt" in process.communicate(timeout=30)[1]
    finally:
        process.kill()


def test_status_before_and_after_loading(bench):
    assert "Nothing is loaded yet" in run("status")
    assert not bench.settings.duckdb_path.exists()
    bench.load(lines(*events(1234)))
    told = run("status")
    assert "1,234" in told
    assert "never" in told


def test_status_forgets_a_failure_that_was_made_good(bench):
    bench.load(b"[")
    bench.load(lines(event()))
    assert "failed and wait" not in run("status")


def test_quarantine_is_listed_and_shown(bench):
    assert "nothing is loaded yet" in run("quarantine", "list", code=2)
    bench.load(lines(*events(100), event(code="OFF")))
    assert "OFF" in run("quarantine", "list", "--feed", "stb_events")
    assert "No row" in run("quarantine", "list", "--feed", "channels")
    shown = run("quarantine", "show", 1, 101)
    assert "code isn't one of SSTART, ELWS, SALIVE, SSTAND" in shown
    assert '"code": "OFF"' in shown


def test_what_drops_hold_is_shown_and_never_obeyed(bench):
    evil = "[red]\x1b[31m\u202e\n[/nothing]"
    bench.load(lines(*events(100), event(code=evil)), "events_[bold]\x1b[2J.json")
    for told in (run("quarantine", "list"), run("quarantine", "show", 1, 101)):
        assert "[red]\\x1b[31m" in told or "[red]\\u001b[31m" in told
        assert "\x1b" not in told
        assert "\u202e" not in told


def test_sync_says_that_nothing_is_to_do(bench):
    assert "in step" in run("contract", "sync")
