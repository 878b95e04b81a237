"""Files that others made to be hard to read, and real ones, become what they say."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest
from made_feeds import FeedBench, feed, field

from ingest.settings import PROJECT_DIR

DROPS = PROJECT_DIR.parent / "shared" / "drops"
AWKWARD = DROPS / "awkward"
CSV = sorted(AWKWARD.glob("csv/*.csv"))
AVRO = sorted(AWKWARD.glob("avro/*.avro"))
WEATHER = [path for path in AVRO if path.name.startswith("weather")]
OTHER_PHONE = "location_coordinates"
"""Its JSON has another telephone number than its CSV, and is no list."""

pytestmark = pytest.mark.skipif(not AWKWARD.is_dir(), reason=f"no drops of others at {DROPS}")


def load_in_place(bench: FeedBench, source: Path) -> None:
    """Load a file or folder where it is."""
    bench.folder = source
    (loaded,) = {result.state for result in bench.load_all().results}
    assert loaded == "loaded"
    assert bench.quarantined() == []


@pytest.mark.parametrize("path", CSV, ids=lambda path: path.stem)
def test_each_csv_is_what_its_json_says(settings, tmp_path, path):
    """An empty field is null; that is the only difference."""
    names = path.read_text().splitlines()[0].split(",")
    columns = [field(f"c{n}", aliases=[name]) for n, name in enumerate(names)]
    server = {"format": "csv", "delimiter": ",", "path": path.name}
    bench = FeedBench.made(settings, tmp_path, feed("awkward", *columns, server=server))
    load_in_place(bench, path)
    said = json.loads(path.with_suffix(".json").read_text())
    if path.stem == OTHER_PHONE:
        said = [said | {"Contact Phone Number": "2095257564"}]
    landed = bench.rows("awkward", *(f"c{n}" for n in range(len(names))), "_extra")
    assert landed == [(*(row[name] or None for name in names), None) for row in said]


def test_every_file_that_is_promised_is_there():
    assert (len(CSV), len(WEATHER), len(AVRO)) == (12, 5, 9)


def avro_feed(path: Path, *columns: dict) -> dict:
    return feed("awkward", *columns, server={"format": "avro", "path": path.name})


@pytest.mark.parametrize("path", WEATHER, ids=lambda path: path.stem)
def test_the_weather_is_the_same_in_every_codec(settings, tmp_path, path):
    columns = [field("station"), field("time", "integer"), field("temp", "integer")]
    bench = FeedBench.made(settings, tmp_path, avro_feed(path, *columns))
    load_in_place(bench, path)
    said = [json.loads(line) for line in path.with_name("weather.json").read_text().splitlines()]
    if path.stem == "weather-sorted":
        said = fastavro_records(path)
        assert len(said) == 5
    assert bench.rows("awkward", "station", "time", "temp") == [tuple(r.values()) for r in said]


def fastavro_records(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        return list(fastavro.reader(file))


def test_decimals_of_avro_are_exact(settings, tmp_path):
    path = AWKWARD / "avro" / "int32_decimal.avro"
    column = field("value", "number") | {"physicalType": "decimal(4,2)"}
    bench = FeedBench.made(settings, tmp_path, avro_feed(path, column))
    load_in_place(bench, path)
    said = [(each["value"],) for each in fastavro_records(path)]
    assert bench.rows("awkward", "value") == said
    assert said[0] == (Decimal("1.00"),)


def test_instants_of_avro_are_those_of_each_unit(settings, tmp_path):
    path = AWKWARD / "avro" / "timestamp_logical_types.avro"
    (first, *_) = records = fastavro_records(path)
    names = [name for name in first if name != "id"]
    columns = [
        field(name, "timestamp", logicalTypeOptions={"defaultTimezone": "UTC"}) for name in names
    ]
    bench = FeedBench.made(settings, tmp_path, avro_feed(path, field("id", "integer"), *columns))
    load_in_place(bench, path)

    def instant(value: dt.datetime | int) -> dt.datetime:
        if isinstance(value, int):  # fastavro leaves nanoseconds alone
            value = dt.datetime.fromtimestamp(value // 10**9, dt.UTC)
        return value.replace(tzinfo=None)

    said = [(each["id"], *(instant(each[name]) for name in names)) for each in records]
    assert bench.rows("awkward", "id", *names) == said


@pytest.mark.parametrize("name", ["list_columns", "nullable.impala"])
def test_what_is_nested_in_avro_is_kept_beside_the_columns(settings, tmp_path, name):
    """The contract asks for one column; all others are in `_extra`, value for value."""
    path = AWKWARD / "avro" / f"{name}.avro"
    records = fastavro_records(path)
    columns = [field("id", "integer")] if "id" in records[0] else [field("none")]
    bench = FeedBench.made(settings, tmp_path, avro_feed(path, *columns))
    load_in_place(bench, path)
    landed = bench.rows("awkward", columns[0]["name"], "_extra")
    for (key, extra), said in zip(landed, records, strict=True):
        assert key == said.pop("id", None)
        assert json.loads(extra) == said


def test_a_nested_field_of_avro_is_a_column(settings, tmp_path):
    path = AWKWARD / "avro" / "nullable.impala.avro"
    columns = [field("id", "integer"), field("a", "integer", path="nested_struct.A")]
    bench = FeedBench.made(settings, tmp_path, avro_feed(path, *columns))
    load_in_place(bench, path)
    said = [(each["id"], (each["nested_struct"] or {}).get("A")) for each in fastavro_records(path)]
    assert bench.rows("awkward", "id", "a") == said


def test_the_logs_of_listening_are_what_python_reads(settings, tmp_path):
    """1,882 events in ten files: blank lines, doubly encoded text, floats for epochs."""
    columns = [
        field("artist"),
        field("auth", required=True),
        field("first_name", aliases=["firstName"]),
        field("item_in_session", "integer", aliases=["itemInSession"]),
        field("length", "number") | {"physicalType": "decimal(12,5)"},
        field("location"),
        field("page", required=True),
        field("registration", "number") | {"physicalType": "decimal(20,1)"},
        field("status", "integer", required=True),
        field("ts", "integer", required=True),
        field("user_agent", aliases=["userAgent"]),
        field("user_id", aliases=["userId"]),
    ]
    sources = {c["name"]: c["name"] for c in columns} | {
        "first_name": "firstName",
        "item_in_session": "itemInSession",
        "user_agent": "userAgent",
        "user_id": "userId",
    }
    made = feed("listens", *columns, server={"path": "*-events.json"})
    bench = FeedBench.made(settings, tmp_path, made)
    load_in_place(bench, DROPS / "listen_events")
    said = [
        json.loads(line, parse_float=Decimal)
        for path in sorted((DROPS / "listen_events").glob("*-events.json"))
        for line in path.read_bytes().splitlines()
        if line.strip()
    ]
    assert len(said) == 1882
    landed = bench.query(
        f"select {', '.join(sources)}, _extra from raw.listens order by _file, _row"
    )
    for event, (*row, extra) in zip(said, landed, strict=True):
        kept = {name: event.pop(source) for name, source in sources.items()}
        assert row == [*kept.values()]
        assert json.loads(extra, parse_float=Decimal) == event


def test_the_songs_are_what_python_reads(settings, tmp_path):
    """One object per file, none of which is a list."""
    columns = [
        field("num_songs", "integer"),
        field("artist_id", required=True),
        field("artist_latitude", "number") | {"physicalType": "decimal(10,6)"},
        field("artist_name"),
        field("song_id", required=True),
        field("title"),
        field("duration", "number") | {"physicalType": "decimal(12,6)"},
        field("year", "integer"),
    ]
    names = [column["name"] for column in columns]
    bench = FeedBench.made(settings, tmp_path, feed("songs", *columns, server={"path": "TR*.json"}))
    load_in_place(bench, DROPS / "songs")
    paths = sorted((DROPS / "songs").glob("TR*.json"))
    said = [json.loads(path.read_bytes(), parse_float=Decimal) for path in paths]
    assert len(said) == 71
    landed = bench.query(f"select {', '.join(names)}, _extra from raw.songs order by _file")
    for song, (*row, extra) in zip(said, landed, strict=True):
        assert row == [song.pop(name) for name in names]
        assert json.loads(extra, parse_float=Decimal) == song
