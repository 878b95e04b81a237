import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_drops import event, events, lines

from ingest.contracts import ContractError, read_contracts
from ingest.errors import UsageError, WarehouseError
from ingest.ledger.history import Ledger
from ingest.loading import batches, passes, preparing
from ingest.loading.loader import Bounds, load
from ingest.readers import csv_records, json_lines
from ingest.settings import PROJECT_DIR
from ingest.warehouses import open_for_loading, open_for_reading
from ingest.warehouses.duckdb import CONFIG, DuckDBWarehouse

CHANNELS = b"channel,name\n"


def states(report) -> list[str]:
    return [result.state.value for result in report.results]


def test_the_real_drops_load_as_they_are(bench, real_drops):
    report = load(real_drops, bench.settings)
    assert Counter(result.feed for result in report.results) == {
        "stb_events": 3,
        "programmes": 1,
        "listen_events": 10,
        "songs": 71,
    }
    assert bench.query("select count(*) from raw.stb_events") == [(4316,)]
    assert bench.query("select count(*) from raw.programmes") == [(1306,)]
    assert bench.quarantined() == []
    assert any(url.endswith("/stb_events/expected.json") for url in report.ignored)


def test_real_rows_are_what_python_reads(bench, real_drops):
    load(real_drops / "stb_events", bench.settings)
    delivered = [
        tuple(record.values())
        for path in sorted((real_drops / "stb_events").glob("events_*.json"))
        for records in json.loads(path.read_text()).values()
        for record in records
    ]
    landed = bench.query(
        """
        select mac, eventdate::varchar, eventtime::varchar, chname, program_id, geo_location, code,
            sat, rtrim(ts::varchar, '0'), strftime(indextime, '%Y-%m-%dT%H:%M:%S.%g')
        from raw.stb_events order by _file, _row
        """
    )
    for before, after in zip(delivered, landed, strict=True):
        assert after[:8] == before[:8]
        assert after[8] == before[8].rstrip("0")
        assert (after[9] is None) == (before[9] is None)
        if before[9]:
            text = before[9].removesuffix("+00:00")
            assert after[9] == (f"{text:0<23}" if "." in text else f"{text}.000")


@pytest.mark.parametrize(
    "content",
    [
        lines(*events(3)),
        b"\xef\xbb\xbf" + lines(*events(3)),
        lines(*events(3)).replace(b"\n", b"\r\n\r\n")[:-4],
        json.dumps(events(3)).encode(),
        b"\xef\xbb\xbf" + json.dumps(events(3), indent=2).encode(),
        json.dumps({"a list": events(3)}).encode(),
        b"\xef\xbb\xbf\n" + json.dumps({'quo"ted': events(3)}, indent=1).encode() + b"\n",
    ],
)
def test_every_layout_of_json_is_told_by_its_content(bench, content):
    assert bench.load(content).rows_loaded == 3
    rows = bench.query("select mac, _row, _extra from raw.stb_events order by _row")
    assert rows == [(f"box {n}", n + 1, None) for n in range(3)]


def test_lines_whose_first_value_is_a_list_are_lines(bench):
    record = {"tags": [1]} | event()
    assert bench.load(lines(record, record)).rows_loaded == 2
    assert bench.query("select distinct _extra from raw.stb_events") == [('{"tags":[1]}',)]


@pytest.mark.parametrize("content", [b"[]", b'{"k": []}'])
def test_an_empty_list_is_a_drop_without_rows(bench, content):
    assert bench.load(content).state == "loaded"
    assert bench.query("select rows_read, rows_loaded from raw.loads") == [(0, 0)]


def test_a_header_alone_is_a_drop_without_rows(bench):
    assert bench.load(CHANNELS, "channels.csv").state == "loaded"


def test_json_numbers_are_cast_as_they_were_written(bench):
    written = (
        '"mac": 7, "ts": 1709076809.0243657, "program_id": 1.50, "sat": 123456789012345678901}'
    )
    bench.load(json.dumps(event()).replace('"mac": "b"', "").replace("{, ", "{").encode()[:-1]
               + b", " + written.encode() + b"\n")  # fmt: skip
    row = bench.query("select mac, ts::varchar, program_id, sat from raw.stb_events")
    assert row == [("7", "1709076809.0243657", "1.50", "123456789012345678901")]


@pytest.mark.parametrize("bounds", [(2, 1 << 20), (100, 8)])
def test_broken_lines_are_kept_portion_by_portion(bench, monkeypatch, bounds):
    for name, bound in zip(("PORTION_LINES", "PORTION_BYTES"), bounds, strict=True):
        monkeypatch.setattr(json_lines, name, bound)
    bad = [f"broken {n}".encode() for n in range(5)]
    good = events(1000)
    content = lines(bad[0], *good[:3], b"", bad[1], bad[2], b" ", *good[3:], bad[3], b"", bad[4])
    result = bench.load(content.replace(b"\n", b"\r\n"))
    assert (result.state, result.rows_loaded) == ("loaded", 1000)
    kept = bench.query("select row_number, payload from raw.quarantine order by row_number")
    places = (1, 5, 6, 1004, 1005)
    assert kept == [(n, text.decode()) for n, text in zip(places, bad, strict=True)]


@pytest.mark.parametrize("portion", [1, 2, 100])
def test_blank_lines_are_counted_portion_by_portion(bench, monkeypatch, portion):
    monkeypatch.setattr(csv_records, "PORTION_BLANKS", portion)
    good = b"c,n\n" * 500
    content = CHANNELS + b"\na\n\n\n\nb,n\n" + good + b"\n\nd\ne,n\nf,1,2\n\n" + good
    assert bench.load(content, "channels.csv").state == "loaded"
    kept = bench.query("select row_number, payload from raw.quarantine order by row_number")
    assert kept == [(1, "a"), (503, "d"), (505, "f,1,2")]


def test_columns_are_told_by_the_header(bench):
    header = b'\xef\xbb\xbfgenre,"channel",broadcaster\r\nsport,"a ""b"", c",\r\n'
    bench.load(header, "channels.csv")
    rows = bench.query("select channel, name, broadcaster, genre, _extra from raw.channels")
    assert rows == [('a "b", c', None, None, "sport", None)]


def test_hostile_names_and_values_are_only_text(bench):
    evil = "x'); drop table raw.loads; --\"*?[a]{b}"
    bench.load(lines(*events(30), event(code=evil, **{evil: evil})), f"events_{evil}.json")
    bench.load(f'channel,"{evil.replace(chr(34), "")}"\nc,{evil}\n'.encode(), "channels.csv")
    assert bench.query("select count(*) from raw.loads") == [(2,)]
    assert bench.quarantined() == [(31, "code", "valid values")]


def test_a_drop_is_loaded_once_under_any_name(bench):
    content = lines(*events(3))
    bench.write("events_1.json", content)
    assert states(load(bench.folder, bench.settings)) == ["loaded"]
    bench.write("again/events_2.json", content)
    assert states(load(bench.folder, bench.settings)) == ["unchanged", "duplicate"]
    assert states(load(bench.folder, bench.settings)) == ["unchanged", "unchanged"]
    assert bench.query("select state from raw.loads order by load_id") == [
        ("loaded",),
        ("duplicate",),
    ]


def test_new_content_under_an_old_name_follows_the_load_before(bench):
    first = bench.load(lines(*events(3)))
    second = bench.load(lines(*events(4)))
    follows = bench.query("select load_id, follows_load_id from raw.loads order by load_id")
    assert follows == [(first.load_id, None), (second.load_id, first.load_id)]


def test_reference_data_may_return_to_what_it_was(bench):
    a, b = CHANNELS + b"c,A\n", CHANNELS + b"c,B\n"
    found = [
        bench.load(content, f"channels_{n}.csv").state for n, content in enumerate([a, a, b, a])
    ]
    assert found == ["loaded", "duplicate", "loaded", "loaded"]
    effective = "select name from raw.channels order by _effective_at"
    assert bench.query(effective) == [("A",), ("B",), ("A",)]


def test_a_late_reference_drop_puts_back_what_was_taken_for_a_duplicate(bench):
    a, b = CHANNELS + b"c,A\n", CHANNELS + b"c,B\n"
    bench.write("channels_1.csv", a)
    between = bench.clock + 1
    bench.write("channels_3.csv", a)
    assert states(load(bench.folder, bench.settings)) == ["loaded", "duplicate"]
    os.utime(bench.write("channels_2.csv", b), (between, between))
    assert states(load(bench.folder, bench.settings)) == ["unchanged", "loaded", "loaded"]


def test_a_failed_drop_is_tried_again(bench):
    path = bench.write("events_1.json", b"[")
    first = bench.load_file(path)
    second = bench.load_file(path)
    assert (first.state, second.state) == ("failed", "failed")
    assert bench.query("select load_id from raw.loads") == [(second.load_id,)]
    third = bench.load(lines(*events(3)))
    assert third.load_id > second.load_id > first.load_id


def test_load_ids_grow_in_the_order_in_which_drops_were_stored(bench):
    for name in ("events_b.json", "events_a.json", "x/events_c.json"):
        bench.write(name, lines(event(mac=name)))
    load(bench.folder, bench.settings)
    assert bench.query("select mac from raw.stb_events order by _load_id") == [
        ("events_b.json",),
        ("events_a.json",),
        ("x/events_c.json",),
    ]


@pytest.mark.parametrize(
    ("place", "moment"),
    [(passes, "check_drop"), (batches, "land"), (Ledger, "record")],
)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_crash_at_any_moment_leaves_nothing_of_the_drop(bench, monkeypatch, place, moment, error):
    real = getattr(place, moment)
    calls = []

    def crash(*arguments):
        calls.append(real(*arguments))
        if len(calls) == 1:
            raise error("pulled")

    path = bench.write("events_1.json", lines(*events(30), event(code="X")))
    with monkeypatch.context() as patch:
        patch.setattr(place, moment, crash)
        if error is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                bench.load_file(path)
        else:
            assert bench.load_file(path).error == "RuntimeError: pulled"
    assert bench.query("select count(*) from raw.stb_events") == [(0,)]
    assert bench.quarantined() == []
    assert bench.query("select count(*) from raw.loads where state <> 'failed'") == [(0,)]
    assert bench.load_file(path).rows_loaded == 30


def test_rows_that_vanish_while_landing_fail_the_drop(bench, monkeypatch):
    real = DuckDBWarehouse.insert
    monkeypatch.setattr(DuckDBWarehouse, "insert", lambda *a, **k: real(*a, **k) - 1)
    result = bench.load(lines(*events(3)))
    assert result.error == "3 rows were read, but 2 + 0 would have landed"
    assert bench.query("select count(*) from raw.stb_events") == [(0,)]


def test_a_file_that_changes_while_it_is_read_fails(bench, monkeypatch):
    path = bench.write("events_1.json", lines(*events(3)))
    real = passes.check_drop

    def check_late(*arguments):
        path.write_bytes(lines(*events(4)))
        return real(*arguments)

    monkeypatch.setattr(passes, "check_drop", check_late)
    result = bench.load_file(path)
    assert result.state == "failed"
    assert "changed while it was read" in result.error
    assert bench.query("select count(*) from raw.stb_events") == [(0,)]


def test_hidden_and_unfinished_files_are_left_alone(bench):
    for name in (".events_1.json", ".tmp/events_1.json", "events_1.json.part", "events_1.json~"):
        bench.write(name, lines(event()))
    report = load(bench.folder, bench.settings)
    assert (report.results, report.ignored) == ([], [])


def test_a_named_feed_takes_a_file_of_any_name_but_only_its_own_of_a_folder(bench):
    path = bench.write("odd name.txt", lines(event()))
    bench.write("channels.csv", CHANNELS)
    assert bench.load_file(path, "stb_events").state == "loaded"
    report = load(bench.folder, bench.settings, "channels")
    assert [result.feed for result in report.results] == ["channels"]
    assert [Path(url).name for url in report.ignored] == ["odd%20name.txt"]


def test_a_file_url_is_a_source(bench):
    bench.write("a folder/channels.csv", CHANNELS)
    assert states(load((bench.folder / "a folder").as_uri(), bench.settings)) == ["loaded"]


@pytest.mark.parametrize("source", ["nowhere", "gs://bucket/x", "odd.txt"])
def test_a_source_that_cannot_be_is_refused(bench, source):
    bench.write("odd.txt", b"x")
    with pytest.raises(UsageError):
        load(source if "://" in source else bench.folder / source, bench.settings)
    assert not bench.settings.duckdb_path.exists()


def project(tmp_path: Path, **changes: str) -> Path:
    """A copy of the contracts, with one text replaced by another per feed."""
    shutil.copytree(PROJECT_DIR / "contracts", tmp_path / "contracts", dirs_exist_ok=True)
    for feed, change in changes.items():
        path = tmp_path / "contracts" / f"{feed}.yaml"
        before, after = change.split(" => ")
        path.write_text(path.read_text().replace(before, after))
    return tmp_path


def test_two_contracts_for_one_file_are_refused(bench, tmp_path):
    changed = project(tmp_path / "p", channels="channels*.csv => events*")
    bench.write("events_1.json", lines(event()))
    with pytest.raises(UsageError, match="belongs to the feeds channels and stb_events"):
        load(bench.folder, replace(bench.settings, project_dir=changed))


def test_a_new_column_of_a_contract_is_added_to_its_table(bench, tmp_path):
    bench.load(CHANNELS + b"c,n\n", "channels.csv")
    column = (
        "      - name: genre\n => "
        "      - name: logo\n        logicalType: string\n        description: Its picture.\n"
        "      - name: genre\n"
    )
    changed = project(tmp_path / "p", channels=column)
    bench.write("channels_2.csv", b"channel,logo\nd,l\n")
    load(bench.folder, replace(bench.settings, project_dir=changed))
    rows = bench.query("select channel, logo from raw.channels order by channel")
    assert rows == [("c", None), ("d", "l")]


def test_a_column_that_changes_its_type_is_refused(bench, tmp_path):
    bench.load(CHANNELS, "channels.csv")
    changed = project(
        tmp_path / "p",
        channels="- name: genre\n        logicalType: string => "
        "- name: genre\n        logicalType: date",
    )
    with pytest.raises(
        ContractError, match=r"channels\.genre is varchar in the warehouse and date"
    ):
        load(bench.folder, replace(bench.settings, project_dir=changed))


def test_the_whole_raw_layer_is_there_from_the_first_load(bench):
    bench.load(CHANNELS, "channels.csv")
    tables = bench.query("select table_name from duckdb_tables() where schema_name = 'raw'")
    assert {name for (name,) in tables} == {
        "loads",
        "quarantine",
        *read_contracts(PROJECT_DIR / "contracts"),
    }
    described = bench.query(
        "select column_name from duckdb_columns() where table_name = 'channels'"
    )
    assert [name for (name,) in described][4:] == [
        "_extra", "_effective_at", "_load_id", "_file", "_row", "_loaded_at",
    ]  # fmt: skip


def test_a_prefix_keeps_two_developers_apart(bench):
    ours = replace(bench.settings, schema_prefix="ours_")
    load(bench.write("channels.csv", CHANNELS), ours)
    assert bench.query("select count(*) from ours_raw.loads") == [(1,)]


def test_a_file_in_use_is_told_with_its_holder(bench):
    bench.load(CHANNELS, "channels.csv")
    bench.settings = replace(bench.settings, lock_wait_seconds=0)
    hold = (
        "import duckdb, sys; "
        f"held = duckdb.connect({str(bench.settings.duckdb_path)!r}); print('held', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        for use in (lambda: bench.load(CHANNELS), lambda: open_for_reading(bench.settings)):
            with pytest.raises(WarehouseError, match=f"in use by process {holder.pid}"):
                use()
        holder.communicate()


def test_a_file_that_is_no_warehouse_is_told(bench):
    bench.settings.duckdb_path.parent.mkdir()
    bench.settings.duckdb_path.write_text("no database at all" * 1000)
    with pytest.raises(WarehouseError, match="can't be opened"):
        bench.load(CHANNELS, "channels.csv")


def test_the_file_can_be_open_twice_in_one_process(bench):
    contracts = read_contracts(PROJECT_DIR / "contracts").values()
    with open_for_loading(bench.settings, contracts):
        duckdb.connect(bench.settings.duckdb_path, config=CONFIG).close()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20), st.booleans())
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_delivered_every_row_is_accounted_for(bench, values, as_lines):
    """Text goes in and comes out unchanged, or is in quarantine."""
    records = [event(mac=f"box {n}", chname=value) for n, value in enumerate(values)]
    records += events(400)
    content = lines(*records) if as_lines else json.dumps({"k": records}).encode()
    result = bench.load(content, f"events_{bench.clock}.json")
    if result.state == "loaded":
        assert result.rows_read == len(records) == result.rows_loaded + result.rows_quarantined
        landed = bench.query(
            f"select _row, chname from raw.stb_events where _load_id = {result.load_id}"
            f" and _row <= {len(values)} order by _row"
        )
        good = [(n, v) for n, v in enumerate(values, start=1) if "\0" not in v]
        assert landed == good


def test_large_drops_in_a_row_keep_their_own_rows(bench, monkeypatch):
    monkeypatch.setattr(preparing, "LARGE_BYTES", 0)
    for n in range(3):
        bench.write(f"events_{n}.json", lines(*[event(mac=f"{n}") for _ in range(9)]))
    report = load(bench.folder, bench.settings)
    assert states(report) == ["loaded"] * 3
    rows = "select _load_id, mac, count(*) from raw.stb_events group by all order by all"
    assert bench.query(rows) == [(1, "0", 9), (2, "1", 9), (3, "2", 9)]


def test_a_single_record_whose_first_value_is_a_list_is_a_record(bench):
    content = json.dumps({"tags": ["x"]} | event(mac="b")).encode()
    assert bench.load(content).rows_loaded == 1
    assert bench.query("select mac, _extra from raw.stb_events") == [("b", '{"tags":["x"]}')]


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        ('{"meta": {"ts": 5.0}, "ts": 1709076809.02436571}', []),
        ('{"meta": {"ts": 5.0}, "ts": 1234567890123.4567891}', [("1234567890123.4567891",)]),
        ('{"meta": {"ts": 1234567890123.4567892}, "ts": 1234567890123.4567891}', []),
        ('{"t\\u0073": 1234567890123.4567891}', []),
    ],
)
def test_digits_that_cannot_be_told_are_put_aside(bench, record, kept):
    good = json.dumps(event()).removesuffix("}") + ", " + record.removeprefix("{")
    bench.load(lines(*events(40), good.encode()))
    found = bench.query("select ts::varchar from raw.stb_events where ts is not null")
    assert found == kept
    assert bench.quarantined() == ([] if kept else [(41, "ts", "type")])


def test_drops_that_failed_do_not_take_the_room_of_others(bench):
    for n in range(2):
        bench.write(f"events_{n}.json", b"[")
    for n in range(2, 5):
        bench.write(f"events_{n}.json", lines(event(mac=str(n))))
    tried = [load(bench.folder, bench.settings, bounds=Bounds(max_drops=2)) for _ in range(3)]
    loaded = [[r.url[-6] for r in each.results if r.state == "loaded"] for each in tried]
    assert loaded == [[], ["2", "3"], ["4"]]


def test_a_header_of_other_columns_fails(bench):
    result = bench.load(b"id;name\n1;a\n", "programmes.tsv")
    assert result.state == "failed"
