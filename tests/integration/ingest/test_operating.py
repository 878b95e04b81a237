"""What an operator sees and sets: bounds of a run, reports, logs, archive, status, doctor."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_drops import event, events, lines
from typer.testing import CliRunner

from ingest.cli import app
from ingest.commands import loads, status
from ingest.console import make_console
from ingest.contracts import read_contracts
from ingest.errors import UsageError
from ingest.ledger.history import State, utc_now
from ingest.loading.loader import Bounds, load, plan
from ingest.loading.replay_quarantine import replay_quarantine
from ingest.loading.results import DropResult, LoadReport, Progress
from ingest.settings import PROJECT_DIR, Settings, SettingsError
from ingest.stores import Skipped

RUNNER = CliRunner()
MAIN = "from ingest.cli import app; app()"


def run(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def names(report: LoadReport) -> list[str]:
    return [Path(result.url).name for result in report.results]


def three_drops(bench) -> None:
    for n in range(3):
        bench.write(f"events_{n}.json", lines(*events(n + 1)))


def test_a_run_takes_the_oldest_drops_up_to_its_bound_and_leaves_the_rest(bench):
    three_drops(bench)
    report = load(bench.folder, bench.settings, bounds=Bounds(max_drops=2))
    assert (names(report), report.left) == (["events_0.json", "events_1.json"], 1)
    report = load(bench.folder, bench.settings, bounds=Bounds(max_drops=2))
    assert (names(report)[-1], report.results[-1].state, report.left) == (
        "events_2.json",
        "loaded",
        0,
    )


def test_a_bound_of_bytes_lets_one_drop_pass(bench):
    three_drops(bench)
    report = load(bench.folder, bench.settings, bounds=Bounds(max_bytes=1))
    assert (names(report), report.left) == (["events_0.json"], 2)
    sizes = [path.stat().st_size for path in sorted(bench.folder.iterdir())]
    report = load(bench.folder, bench.settings, bounds=Bounds(max_bytes=sum(sizes[1:])))
    assert report.left == 0


def test_since_leaves_older_drops_alone(bench):
    three_drops(bench)
    since = datetime.fromtimestamp(bench.clock - 60, UTC).replace(tzinfo=None)
    report = load(bench.folder, bench.settings, bounds=Bounds(since=since))
    assert names(report) == ["events_1.json", "events_2.json"]
    assert "events_0.json  1 row" in run("load", bench.folder, "--since", "2020-01-01T00:00+03:00")
    assert "--since is 'soon'" in run("load", bench.folder, "--since", "soon", code=2)


def test_a_plan_changes_nothing(bench):
    three_drops(bench)
    drops, report = plan(bench.folder, bench.settings, bounds=Bounds(max_drops=2))
    assert ([drop.path for drop, _ in drops], report.left) == (
        ["events_0.json", "events_1.json"],
        1,
    )
    assert not bench.settings.duckdb_path.exists()
    load(bench.folder, bench.settings, bounds=Bounds(max_drops=1))
    before = bench.settings.duckdb_path.read_bytes()
    told = run("load", bench.folder, "--dry-run")
    assert "2 would be loaded" in told
    assert "events_0.json" not in told
    assert bench.settings.duckdb_path.read_bytes() == before
    load(bench.folder, bench.settings)
    assert "Nothing new to load." in run("load", bench.folder, "--dry-run")


def test_the_report_is_one_json_document(bench):
    bench.write("events_0.json", lines(*events(3)))
    bench.write("events_1.json", b"[")
    planned = json.loads(run("load", bench.folder, "--dry-run", "--json"))
    assert [drop["path"] for drop in planned["would_load"]] == ["events_0.json", "events_1.json"]
    report = json.loads(run("load", bench.folder, "--json", code=1))
    assert [(r["state"], r["rows_loaded"]) for r in report["results"]] == [
        ("loaded", 3),
        ("failed", 0),
    ]
    assert "cut off" in report["results"][1]["error"]


def test_logs_are_json_where_asked_for_and_hold_no_secret(bench):
    secret = "of twenty characters"  # noqa: S105 - no real one
    bench.write("events_0.json", lines(*events(3)))
    bench.write("events_1.json", b"[")
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "load", str(bench.folder), "--json"],
        cwd=PROJECT_DIR,
        env=os.environ
        | {"AUDIENCE_VAULT_LOG_FORMAT": "json", "AUDIENCE_VAULT_PSEUDONYM_KEY": secret},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [(line["level"], line["state"]) for line in told] == [
        ("INFO", "loaded"),
        ("WARNING", "failed"),
    ]
    assert told[1]["url"].endswith("events_1.json")
    assert secret not in done.stdout + done.stderr


def test_a_setting_that_cannot_be_is_told_without_the_secret():
    with pytest.raises(SettingsError, match="too short") as error:
        Settings.from_environment({"AUDIENCE_VAULT_PSEUDONYM_KEY": "hunter2"})
    assert "hunter2" not in str(error.value)
    with pytest.raises(SettingsError, match="must be one of text, json"):
        Settings.from_environment({"AUDIENCE_VAULT_LOG_FORMAT": "xml"})
    assert "hunter2" not in repr(Settings.from_environment({}))


def test_loaded_drops_are_archived_and_failed_ones_stay(bench):
    bench.write("sub/events_0.json", lines(event(mac="a")))
    bench.write("sub/events_1.json", lines(event(mac="a")))
    bench.write("events_2.json", b"[")
    settings = replace(bench.settings, archive="done/2024")
    report = load(bench.folder, settings)
    assert [result.state for result in report.results] == ["loaded", "duplicate", "failed"]
    left = sorted(str(p.relative_to(bench.folder)) for p in bench.folder.rglob("*.json"))
    assert left == ["done/2024/sub/events_0.json", "done/2024/sub/events_1.json", "events_2.json"]
    archived = bench.query("select archived_url from raw.loads order by load_id")
    assert archived == [
        ((bench.folder / "done/2024/sub/events_0.json").as_uri(),),
        ((bench.folder / "done/2024/sub/events_1.json").as_uri(),),
        (None,),
    ]
    assert names(load(bench.folder, settings)) == ["events_2.json"]


def test_a_drop_that_was_loaded_before_it_could_be_archived_is_archived_later(bench):
    path = bench.write("events_0.json", lines(event()))
    load(bench.folder, bench.settings)
    report = load(bench.folder, replace(bench.settings, archive="done"))
    assert (names(report), report.results[0].state) == (["events_0.json"], "unchanged")
    assert not path.exists()
    assert bench.query("select archived_url is not null from raw.loads") == [(True,)]


def test_a_drop_that_cannot_be_archived_is_loaded_and_told(bench):
    bench.write("events_0.json", lines(event()))
    (bench.folder / "done").write_text("a file, where a folder should be")
    report = load(bench.folder, replace(bench.settings, archive="done"))
    assert report.results[0].state == "loaded"
    assert "can't be moved to the archive" in report.unarchived[0].reason


@pytest.mark.parametrize(
    ("age", "cadence", "told"),
    [
        (timedelta(hours=30), timedelta(days=1), "every 1 d: late by 6 h"),
        (timedelta(minutes=59), timedelta(hours=1), "every 1 h: on time"),
        (timedelta(days=9, hours=5), timedelta(days=7), "every 7 d: late by 2 d 5 h"),
        (None, timedelta(minutes=90), "every 1 h 30 min: none yet"),
        (timedelta(days=1), None, ""),
    ],
)
def test_status_says_whether_a_feed_is_on_time(age, cadence, told):
    assert status.due(age, cadence) == told


def test_status_shows_each_feed_against_its_cadence(bench):
    bench.load(lines(event()))
    told = run("status")
    assert "every 1 d: on time" in told
    assert "every 7 d: none yet" in told


def test_status_is_a_document_for_programs(bench):
    bench.load(lines(*events(60), event(code="X")))
    bench.load(b"[", "events_2.json")
    document = json.loads(run("status", "--json"))
    feeds = {each.pop("feed"): each for each in document["feeds"]}
    age = feeds["stb_events"].pop("age_seconds")
    assert 0 <= age < 600
    loaded_at = datetime.fromisoformat(feeds["stb_events"].pop("last_loaded_at"))
    assert abs((utc_now() - loaded_at).total_seconds() - age) < 10
    assert feeds["stb_events"] == {
        "loaded": 1, "duplicate": 0, "failed": 1, "rows_loaded": 60, "rows_quarantined": 1,
        "due_every_seconds": 86_400, "is_late": False,
    }  # fmt: skip
    never = {"last_loaded_at": None, "age_seconds": None, "is_late": True}
    assert feeds["channels"] == dict.fromkeys(feeds["channels"], 0) | never | {
        "due_every_seconds": 7 * 86_400
    }
    ((feed, url, error),) = [tuple(failed.values()) for failed in document["failed"]]
    assert (feed, Path(url).name) == ("stb_events", "events_2.json")
    assert "cut off" in error


def test_status_of_nothing_is_a_document_too(bench):
    document = json.loads(run("status", "--json"))
    assert [each["feed"] for each in document["feeds"]] == list(
        read_contracts(bench.settings.contracts_dir)
    )
    assert document["failed"] == []
    assert not bench.settings.duckdb_path.exists()


def test_doctor_finds_nothing_amiss_in_a_sound_project(bench):
    three_drops(bench)
    told = run("doctor", bench.folder)
    assert "amiss" not in told
    assert "3 drops, 0 other files" in told
    assert "empty so far" in told


def test_doctor_misses_the_key_that_drops_with_pii_need(bench, monkeypatch):
    bench.write("viewer_profiles_1.csv", b"viewer\n")
    told = " ".join(run("doctor", bench.folder, code=1).split())
    assert "amiss source" in told
    assert "drops of viewer_profiles can't be loaded" in told
    assert "AUDIENCE_VAULT_PSEUDONYM_KEY" in told
    monkeypatch.setenv("AUDIENCE_VAULT_PSEUDONYM_KEY", "a key that only tests have")
    assert "amiss" not in run("doctor", bench.folder)


def test_doctor_says_what_to_do(bench):
    bench.write("events_0.json", b"[")
    load(bench.folder, bench.settings)
    told = run("doctor", bench.folder / "gone", code=1)
    assert "amiss  source" in told
    assert "amiss  warehouse" in told
    assert "`audience-vault status` says why" in told


def test_time_left_follows_from_the_bytes_so_far():
    assert Progress(1, 4, 100, 400, 10, 2.0).seconds_left == pytest.approx(6.0)
    assert Progress(0, 4, 0, 400, 0, 2.0).seconds_left is None


def test_a_program_gets_plain_lines_of_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(loads, "SECONDS_BETWEEN_LINES", 0.0)
    result = DropResult("f", "file:///x/a.json", State.LOADED, 1, 100, 5, 5)

    def pretend(show) -> LoadReport:
        show(result, Progress(1, 2, 100, 300, 5, 2.0))
        skipped = [Skipped("file:///x/b.json", "waits for its marker b.json.done")]
        return LoadReport([result], waiting=skipped, error_records=["file:///x/e"], left=3)

    loads.show_load(make_console(), pretend)
    told = capsys.readouterr().out
    assert "1 of 2 drops, 5 rows, 100 bytes of 300 bytes at 50 bytes/s, 4 s left" in told
    assert "Not ready: b.json waits for its marker b.json.done" in told
    assert "1 file holds what a connector couldn't deliver: e" in told
    assert "3 more are left for the next run." in told


def test_replays_are_commands(bench):
    bench.load(lines(*events(60), event(code="X")))
    assert "0 rows left quarantine, in 0 loads." in run("replay", "quarantine")
    assert "60 rows, 1 in quarantine" in run("replay", "drop", 1)
    assert "1 drop: 1 loaded; 60 rows" in run("replay", "dates", "2023-11-14", "2023-11-15")
    assert "load 99 isn't that of a delivered drop" in run("replay", "drop", 99, code=2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["drop", 99], "load 99 isn't that of a delivered drop; see raw.loads"),
        (["drop", 1, 99], "load 99 isn't that of a delivered drop"),
        (["dates", "2023-11-15", "2023-11-14"], "2023-11-14 is before 2023-11-15; write the first"),
        (["dates", "2023-11-14", "2023-11-15", "--feed", "x"], "there is no feed 'x'"),
        (["quarantine", "--load", 99], "there is no load 99; see raw.loads"),
        (["quarantine", "--load", 1, "--feed", "channels"], "load 1 is of stb_events, not of"),
        (["quarantine", "--feed", "x"], "there is no feed 'x'"),
    ],
)
def test_a_replay_of_what_is_not_there_is_refused(bench, arguments, told):
    bench.load(lines(*events(60), event(code="X")))
    assert told in run("replay", *arguments, code=2)
    assert bench.query("select count(*) from raw.loads") == [(1,)]


def test_a_replay_of_nothing_is_told(bench):
    bench.load(lines(event()))
    assert "0 rows left quarantine, in 0 loads." in run("replay", "quarantine", "--load", 1)
    assert "0 drops; 0 rows loaded" in run("replay", "dates", "1999-12-31", "1999-12-31")


def test_rows_of_a_feed_without_a_contract_are_told(bench, tmp_path, monkeypatch):
    bench.load(lines(*events(60), event(code="X")))
    contracts = tmp_path / "project" / "contracts"
    contracts.mkdir(parents=True)
    shutil.copy(PROJECT_DIR / "contracts" / "channels.yaml", contracts)
    settings = replace(bench.settings, project_dir=tmp_path / "project")
    (left,) = replay_quarantine(settings).waiting
    assert left.reason == "the feed has no contract any more; put it back"
    with pytest.raises(UsageError, match="rows of stb_events can't be loaded from quarantine"):
        replay_quarantine(settings, load_id=1)


def test_what_a_killed_loader_left_behind_is_taken_away(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f"audience-vault-{gone.pid}-x"
    in_use = tmp_path / f"audience-vault-{os.getppid()}-x"
    for folder in (left, in_use):
        folder.mkdir()
        (folder / "drop_1").write_bytes(b"x")
    bench.load(lines(event()))
    assert (left.exists(), in_use.exists()) == (False, True)


def test_a_late_file_with_an_old_time_is_found(bench):
    three_drops(bench)
    load(bench.folder, bench.settings)
    bench.clock -= 1_000_000
    bench.write("events_late.json", lines(event(mac="late")))
    report = load(bench.folder, bench.settings)
    assert [r.state for r in report.results if r.url.endswith("events_late.json")] == ["loaded"]


def test_unknown_columns_are_told_once_a_run(bench):
    for n in range(2):
        bench.write(f"events_{n}.json", lines(event(mac=str(n), tags=1, **{f"x{n}": 2})))
    bench.write("channels.csv", b"channel,colour\na,red\n")
    told = run("load", bench.folder)
    assert told.count("the contract doesn't know") == 2
    assert "stb_events: the contract doesn't know tags, x0, x1; kept in _extra" in told
    assert "channels: the contract doesn't know colour; kept in _extra" in told
