"""Drops and quarantined rows that are loaded again after a contract was mended."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from made_drops import event, events, lines

from ingest.errors import UsageError
from ingest.ledger.accounting import unexplained_rows
from ingest.ledger.reports import failed_drops
from ingest.loading.loader import load
from ingest.loading.replay import Wanted, replay_drops
from ingest.loading.replay_quarantine import replay_quarantine
from ingest.settings import PROJECT_DIR
from ingest.warehouses import open_for_reading

ROWS = "select mac, code, _file, _row from raw.stb_events order by _load_id, _row"


def mended(bench, tmp_path: Path, feed: str, change) -> object:
    """Settings of a project whose contract of a feed is changed."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT_DIR / "contracts", project / "contracts", dirs_exist_ok=True)
    path = project / "contracts" / f"{feed}.yaml"
    document = yaml.safe_load(path.read_text())
    change({each["name"]: each for each in document["schema"][0]["properties"]}, document)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return replace(bench.settings, project_dir=project)


def allow_zap(columns, _):
    columns["code"]["quality"][0]["arguments"]["validValues"].append("ZAP")


def unexplained(bench) -> int:
    with open_for_reading(bench.settings) as warehouse:
        return unexplained_rows(warehouse, "stb_events")


def test_rows_that_pass_now_leave_quarantine_once(bench, tmp_path):
    bad = [event(mac="zap", code="ZAP"), event(mac="never", code="X")]
    first = bench.load(lines(*events(60), *bad))
    settings = mended(bench, tmp_path, "stb_events", allow_zap)
    (result,) = replay_quarantine(settings).results
    assert (result.rows_loaded, result.rows_quarantined, result.error) == (1, 0, None)
    assert bench.query(ROWS)[-1] == ("zap", "ZAP", first.url, 61)
    waiting = "select row_number, replayed_by_load_id from raw.quarantine order by 1"
    assert bench.query(waiting) == [(61, 2), (62, None)]
    assert bench.query("select replays_load_id, rows_read, state from raw.loads") == [
        (None, 62, "loaded"),
        (1, 1, "loaded"),
    ]
    assert unexplained(bench) == 0
    assert replay_quarantine(settings).results == []
    assert load(first.url, settings).results[0].state == "unchanged"


def test_rows_of_other_feeds_and_loads_stay(bench, tmp_path):
    for n in (1, 2):
        bench.load(lines(*events(60), event(mac=str(n), code="ZAP")), f"events_{n}.json")
    settings = mended(bench, tmp_path, "stb_events", allow_zap)
    assert replay_quarantine(settings, feed="channels").results == []
    (result,) = replay_quarantine(settings, load_id=2).results
    assert bench.query(ROWS)[-1][0] == "2"
    assert result.load_id == 3
    with pytest.raises(UsageError, match="there is no feed 'x'"):
        replay_quarantine(settings, feed="x")


def test_what_is_kept_as_a_line_waits_for_its_drop(bench):
    bench.load(lines(*events(60), b'{"mac": '))
    assert replay_quarantine(bench.settings).results == []


def test_fields_of_a_csv_row_mean_what_they_did(bench, tmp_path):
    def price(columns, document):
        document["schema"][0]["properties"].append(
            {
                "name": "price",
                "logicalType": "number",
                "physicalType": "decimal(10,2)",
                "logicalTypeOptions": {"maximum": 5},
                "description": "What it costs.",
            }
        )
        document["servers"][0]["customProperties"] = [
            {"property": "decimalSeparator", "value": ","},
            {"property": "nullValues", "value": ["-"]},
        ]
        document["servers"][0]["delimiter"] = ";"

    def dearer(columns, document):
        price(columns, document)
        document["schema"][0]["properties"][-1]["logicalTypeOptions"]["maximum"] = 50

    content = "channel;name;price\n" + "".join(f"c{n};-;1,5\n" for n in range(30)) + "d;-;9,25\n"
    path = bench.write("channels.csv", content.encode())
    load(path, mended(bench, tmp_path, "channels", price))
    settings = mended(bench, tmp_path / "later", "channels", dearer)
    assert [result.rows_loaded for result in replay_quarantine(settings).results] == [1]
    found = bench.query("select channel, name, price, _row, _effective_at from raw.channels")
    assert (*found[-1][:2], str(found[-1][2]), found[-1][3]) == ("d", None, "9.25", 31)
    assert found[-1][4] == found[0][4]


def test_a_drop_is_loaded_again_from_where_it_was_archived(bench):
    path = bench.write("events_1.json", lines(event(mac="a")))
    settings = replace(bench.settings, archive="done")
    load(bench.folder, settings)
    assert not path.exists()
    report = replay_drops(Wanted(load_ids=(1,)), bench.settings)
    assert [result.state for result in report.results] == ["loaded"]
    assert bench.query("select replays_load_id, modified_at, archived_url from raw.loads") == [
        (
            None,
            *bench.query("select modified_at from raw.loads")[0],
            found := (bench.folder / "done" / "events_1.json").as_uri(),
        ),
        (1, *bench.query("select modified_at from raw.loads")[0], None),
    ]
    assert found == report.results[0].url
    assert bench.query("select count(*) from raw.stb_events") == [(2,)]


def test_drops_of_some_dates_are_loaded_again(bench):
    for n in range(3):
        bench.clock = 1_700_000_000 + n * 86_400
        bench.write(f"events_{n}.json", lines(event(mac=str(n))))
    load(bench.folder, bench.settings)
    day = date(2023, 11, 15)
    report = replay_drops(Wanted(first=day, last=day), bench.settings)
    assert [Path(result.url).name for result in report.results] == ["events_1.json"]
    assert replay_drops(Wanted(feed="channels"), bench.settings).results == []


def test_a_drop_that_has_changed_or_gone_fails(bench):
    for n in range(2):
        bench.write(f"events_{n}.json", lines(event(mac=str(n))))
    load(bench.folder, bench.settings)
    bench.write("events_0.json", lines(event(mac="other")))
    (bench.folder / "events_1.json").unlink()
    report = replay_drops(Wanted(load_ids=(1, 2)), bench.settings)
    assert sorted(result.error for result in report.results) == [
        "its content isn't that of load 1 any more; load it as what it is now",
        "the drop of load 2 isn't there any more; put it back, and replay it again",
    ]
    with pytest.raises(UsageError, match="load 9 isn't that of a delivered drop"):
        replay_drops(Wanted(load_ids=(9,)), bench.settings)


def test_extra_columns_of_the_contract_are_filled_by_a_replay(bench, tmp_path):
    bench.load(lines(event(tags="x")))

    def add_tags(_, document):
        document["schema"][0]["properties"].append(
            {"name": "tags", "logicalType": "string", "description": "Tags."}
        )

    settings = mended(bench, tmp_path, "stb_events", add_tags)
    replay_drops(Wanted(load_ids=(1,)), settings)
    assert bench.query("select tags, _extra from raw.stb_events order by _load_id") == [
        (None, json.dumps({"tags": "x"}, separators=(",", ":"))),
        ("x", None),
    ]


def test_a_replayed_drop_takes_its_rows_out_of_quarantine(bench, tmp_path):
    bench.load(lines(*events(60), event(mac="zap", code="ZAP"), b'{"mac": '))
    settings = mended(bench, tmp_path, "stb_events", allow_zap)
    for _ in range(2):
        replay_drops(Wanted(load_ids=(1,)), settings)
    waiting = "select load_id, row_number from raw.quarantine where replayed_by_load_id is null"
    assert bench.query(waiting) == [(3, 62)]
    assert replay_quarantine(settings).results == []
    assert unexplained(bench) == 0


def test_loads_of_one_file_are_replayed_only_as_what_it_is_now(bench):
    for name in ("A", "B"):
        bench.load(f"channel,name\na,{name}\n".encode(), "channels.csv")
    report = replay_drops(Wanted(feed="channels"), bench.settings)
    assert [result.state for result in report.results] == ["failed", "loaded"]
    assert "isn't that of load 1 any more" in report.results[0].error
    names = bench.query("select name from raw.channels order by _load_id")
    assert names == [("A",), ("B",), ("B",)]
    with open_for_reading(bench.settings) as warehouse:
        assert failed_drops(warehouse) == []
