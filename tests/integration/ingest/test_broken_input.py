"""Each line of the table in docs/ingest.md."""

import json

import pytest
from made_drops import EVENT, event, events, lines

from ingest.loader import load

GOOD = events(100)
CSV = b"channel,name,broadcaster,genre\n" + b"".join(b"c%d,n,b,g\n" % n for n in range(100))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (json.dumps(GOOD).encode()[:-30], "cut off"),
        (json.dumps(GOOD).encode()[:-1], "cut off"),
        (b'[{"mac": "b"},', "cut off"),
        (json.dumps({"k": GOOD}).encode()[:-1], "cut off"),
        (lines(*GOOD)[:-9], "its last line, record 100, isn't complete"),
        (b'[{"mac": "\xff"}]', "the JSON is broken near record"),
        (b'[{"mac": "b"} {"mac": "c"}]', "the JSON is broken near record"),
        (b'{"k": [], "j": [1]}', "goes on after its list of records"),
        (lines(*events(9), event(code="X")), "the first is row 10: code isn't one of SSTART"),
    ],
)
def test_a_broken_json_drop_fails_and_leaves_nothing(bench, content, reason):
    result = bench.load(content)
    assert result.state == "failed"
    assert reason in result.error
    assert "audience-vault-" not in result.error
    assert bench.query("select count(*) from raw.stb_events") == [(0,)]
    assert bench.quarantined() == []
    assert bench.query("select state, error, rows_loaded from raw.loads") == [
        ("failed", result.error, 0)
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n", "no header line"),
        (b"name,genre\na,b\n", "the required column channel is missing; the header names name"),
        (b"channel,name,name\na,b,c\n", "names the column 'name' twice"),
        (b"chann\xffel,name\na,b\n", "the header line can't be read as UTF-8"),
        (CSV + b'"open,1,2,3\nx,1,2,3\n', "a quote opened in row 101 is never closed"),
    ],
)
def test_a_broken_csv_drop_fails_and_leaves_nothing(bench, content, reason):
    result = bench.load(content, "channels.csv")
    assert result.state == "failed"
    assert reason in result.error
    assert bench.query("select count(*) from raw.channels") == [(0,)]


@pytest.mark.parametrize(
    ("bad", "column", "rule"),
    [
        (b'{"mac": "b",', None, "record"),
        (b'{"mac": "\xff"}', None, "record"),
        (b"[1]", None, "record"),
        (b"null", None, "record"),
        (event(code="OFF"), "code", "valid values"),
        (event(mac=None), "mac", "required"),
        (event(mac=" \u00a0"), "mac", "required"),
        ({k: v for k, v in EVENT.items() if k != "eventdate"}, "eventdate", "required"),
        (event(eventdate="2024-02-30"), "eventdate", "type"),
        (event(eventdate=20240101), "eventdate", "type"),
        (event(eventdate="1999-12-31"), "eventdate", "minimum"),
        (event(eventtime=True), "eventtime", "type"),
        (event(ts="1.00000001"), "ts", "type"),
        (event(indextime="2024-01-01T00:00:00"), "indextime", "zone"),
        (event(geo_location=[39.2, 21.5]), "geo_location", "type"),
        (event(chname={"en": "MBC"}), "chname", "type"),
        (event(chname="a\0b"), "chname", "type"),
    ],
)
def test_a_bad_row_is_quarantined_and_its_neighbours_load(bench, bad, column, rule):
    result = bench.load(lines(*GOOD[:3], b"", bad, *GOOD[3:]))
    assert (result.state, result.rows_read, result.rows_loaded) == ("loaded", 101, 100)
    assert bench.quarantined() == [(4, column, rule)]
    ((payload, reason),) = bench.query("select payload, reason from raw.quarantine")
    delivered = bad if isinstance(bad, bytes) else json.dumps(bad).encode()
    assert payload == delivered.decode(errors="replace")
    assert reason
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


def test_a_bad_csv_row_is_kept_as_an_object_of_its_fields(bench):
    bench.load(CSV + b'" ",n,b,"g\x00"\n', "channels.csv")
    ((payload,),) = bench.query("select payload from raw.quarantine")
    fields = {"channel": " ", "name": "n", "broadcaster": "b", "genre": "g\0"}
    assert json.loads(payload) == fields


def test_a_five_megabyte_value_loads(bench):
    text = "x" * 5_000_000
    bench.load(lines(*GOOD, event(chname=text)))
    bench.load(CSV + text.encode() + b",n,b,g\n", "channels.csv")
    assert bench.query("select max(len(chname)) from raw.stb_events") == [(5_000_000,)]
    assert bench.query("select max(len(channel)) from raw.channels") == [(5_000_000,)]


def test_unknown_keys_and_columns_are_kept(bench):
    bench.load(lines(*GOOD, event(battery=3, signal={"db": [-1, None]})))
    bench.load(b"volume,channel\n7,c\n,d\n", "channels.csv")
    kept = bench.query("select _extra from raw.stb_events where _extra is not null")
    assert [json.loads(extra) for (extra,) in kept] == [
        {"battery": 3, "signal": {"db": [-1, None]}}
    ]
    assert bench.query("select channel, name, _extra from raw.channels") == [
        ("c", None, '{"volume":"7"}'),
        ("d", None, '{"volume":null}'),
    ]


def test_a_record_that_names_a_key_twice_is_not_halved(bench):
    twice = json.dumps(event()).replace("{", '{"mac": "first", ', 1).encode()
    result = bench.load(lines(*GOOD) + twice + b"\n")
    assert (result.rows_loaded, result.rows_quarantined) == (100, 1)
    assert bench.query("select rule, reason, payload from raw.quarantine") == [
        ("record", "the record names a key twice", twice.decode())
    ]


def test_the_rest_of_the_load_goes_on(bench):
    bench.write("events_1.json", b"[")
    bench.write("events_2.json", lines(*GOOD))
    report = load(bench.folder, bench.settings)
    assert [result.state for result in report.results] == ["failed", "loaded"]
    assert len(report.failed) == 1


def test_what_one_drop_rejects_is_not_another_drops(bench):
    bench.write("channels_1.csv", CSV + b"few,x\n" + b'"open,1,2,3\n')
    bench.write("channels_2.csv", CSV.replace(b"c1", b"d1") + b"many,1,2,3,4\n")
    bench.write("channels_3.csv", CSV.replace(b"c1", b"e1"))
    bench.write("channels_4.csv", CSV.replace(b"c1", b"f1") + b"few,y\n")
    report = load(bench.folder, bench.settings)
    assert [result.state for result in report.results] == ["failed", "loaded", "loaded", "loaded"]
    payloads = bench.query("select payload from raw.quarantine order by load_id")
    assert payloads == [("many,1,2,3,4",), ("few,y",)]
