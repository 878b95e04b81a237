"""Avro files: whole, cut, damaged, and of schemas that are and aren't the contract's."""

import io
import json
import random
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from unittest import mock

import fastavro
import numpy as np
import pytest
from avro_bench import AvroBench, column
from made_avro import CODECS, avro, logical, record

from ingest.columns import Kind
from ingest.errors import DropError
from ingest.readers import avro_decoding
from ingest.readers.avro_container import read_blocks, read_header
from ingest.readers.avro_decoding import Decoder

SCHEMA = record(
    text="string",
    number="long",
    maybe=["null", "double"],
    at=logical("long", "timestamp-micros"),
    tags={"type": "array", "items": "string"},
    kind={"type": "enum", "name": "kind", "symbols": ["A", "B", "C"]},
)
RECORDS = [
    {
        "text": f"text {n} é",
        "number": n * 1000,
        "maybe": n / 3 if n % 3 else None,
        "at": 1_700_000_000_000_000 + n,
        "tags": ["x", "y"][: n % 3],
        "kind": "ABC"[n % 3],
    }
    for n in range(400)
]
TEXT = column(Kind.STRING, "text", required=True)


@cache
def file(codec: str) -> bytes:
    """Several blocks of SCHEMA."""
    return avro(SCHEMA, RECORDS, codec, sync_interval=1500)


def borders(content: bytes) -> list[tuple[int, int]]:
    """Where blocks end, the header included, with the records up to there."""
    blocks = list(fastavro.block_reader(io.BytesIO(content)))
    ends = [(blocks[0].offset, 0)]
    for block in blocks:
        ends.append((block.offset + block.size, ends[-1][1] + block.num_records))
    return ends


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[AvroBench]:
    with closing(AvroBench(tmp_path_factory.mktemp("drops"))) as bench:
        yield bench


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_gives_its_records(bench, codec):
    assert len(borders(file(codec))) > 4
    rows = bench.read(file(codec), TEXT, column(Kind.INTEGER, "number"))
    assert [(row["text"], row["number"]) for row in rows] == [
        (written["text"], written["number"]) for written in RECORDS
    ]
    assert [json.loads(row["payload"])["kind"] for row in rows] == [r["kind"] for r in RECORDS]


@pytest.mark.parametrize("name", ["", "-deflate", "-snappy", "-zstd"])
def test_the_weather_in_every_codec(bench, real_drops, name):
    folder = real_drops / "awkward" / "avro"
    written = [json.loads(line) for line in (folder / "weather.json").read_text().splitlines()]
    columns = [column(Kind.STRING, "station"), column(Kind.INTEGER, "time")]
    rows = bench.read_file(folder / f"weather{name}.avro", *columns)
    assert [json.loads(row["payload"]) for row in rows] == written
    assert [row["time"] for row in rows] == [record["time"] for record in written]
    assert [json.loads(row["extra"]) for row in rows] == [{"temp": w["temp"]} for w in written]


@pytest.mark.parametrize(
    "name", ["weather-sorted", "list_columns", "nullable.impala", "int32_decimal"]
)
def test_awkward_files_are_what_fastavro_says(bench, real_drops, name):
    path = real_drops / "awkward" / "avro" / f"{name}.avro"
    with path.open("rb") as opened:
        expected = json.loads(json.dumps(list(fastavro.reader(opened)), default=float))
    rows = bench.read_file(path)
    assert [json.loads(row["payload"]) for row in rows] == expected


def test_the_real_bids_are_what_fastavro_says(bench, real_drops):
    (path,) = (real_drops / "ads").glob("*.avro")
    with path.open("rb") as opened:
        bids = list(fastavro.reader(opened))
    for bid in bids:
        bid["bid_amount"] = float(str(np.float32(bid["bid_amount"])))
    assert [json.loads(row["payload"]) for row in bench.read_file(path)] == bids


@pytest.mark.parametrize("codec", CODECS)
def test_a_file_cut_between_two_blocks_is_whole_to_avro(bench, codec):
    for end, records in borders(file(codec)):
        assert len(bench.read(file(codec)[:end], TEXT)) == records


@pytest.mark.parametrize("codec", CODECS)
def test_a_file_cut_anywhere_else_is_refused(bench, codec):
    content = file(codec)
    ends = dict(borders(content))
    places = {len(content) * tenth // 10 for tenth in range(10)}
    places |= {end + off for end in ends for off in range(-20, 8)} | set(range(1, 40))
    for end in sorted(place for place in places - ends.keys() if place < len(content)):
        whole = max((records for at, records in ends.items() if at < end), default=None)
        reason = bench.refused(content[:end], TEXT)
        if whole is None:
            assert "cut off within its header" in reason or "no Avro file" in reason
        else:
            assert reason == f"the file is cut off after record {whole}"


@pytest.mark.parametrize("codec", CODECS)
def test_a_flipped_bit_loses_no_record(bench, codec, capfd):
    content = file(codec)
    start = borders(content)[0][0]
    draw = random.Random(2)  # noqa: S311 - the same bits each time
    refusals = 0
    for _ in range(150):
        broken = bytearray(content)
        broken[draw.randrange(start, len(content))] ^= 1 << draw.randrange(8)
        try:
            rows = bench.read(bytes(broken), TEXT)
        except DropError as error:
            refusals += "damaged" in str(error) or "cut off" in str(error)
        else:
            assert len(rows) == len(RECORDS)
            if codec in ("snappy", "bzip2", "xz"):
                assert rows == bench.read(content, TEXT)
    assert refusals > (10 if codec in ("null", "deflate", "zstandard") else 140)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("count", [-1, 1])
def test_a_block_with_a_wrong_count_is_refused(bench, count):
    content = avro(record(text="string"), [{"text": f"{n}"} for n in range(20)])
    start = borders(content)[0][0]
    assert content[start] == 40
    broken = content[:start] + bytes([40 + 2 * count]) + content[start + 1 :]
    assert "damaged in block 1, records 1 to" in bench.refused(broken, TEXT)


def test_a_broken_record_is_named(bench, capfd):
    content = bytearray(avro(record(text="string"), [{"text": f"text {n}"} for n in range(20)]))
    content[content.index(b"text 8") - 1] = 1  # a length below 0
    assert bench.refused(bytes(content), TEXT).endswith("record 9 can't be read")
    assert capfd.readouterr().err == ""


def test_an_enum_beyond_its_symbols_is_refused(bench):
    kind = {"type": "enum", "name": "kind", "symbols": ["A", "B"]}
    for of in (
        kind,
        ["null", kind],
        {"type": "array", "items": kind},
        {"type": "map", "values": kind},
    ):
        wrap = {"array": lambda v: [v], "map": lambda v: {"k": v}}
        value = wrap.get(of["type"] if isinstance(of, dict) else "", lambda v: v)("B")
        content = avro(record(text="string", kind=of), [{"text": "here", "kind": value}])
        at = content.rindex(b"here") + 4
        broken = content[:at] + content[at:].replace(b"\x02", b"\x0e", 3)
        assert "damaged" in bench.refused(broken, TEXT)


def test_bad_utf8_spoils_its_record_alone(bench):
    written = [{"text": f"text {n}", "tags": {"k": "good"}} for n in range(20)]
    schema = record(text="string", tags={"type": "map", "values": "string"})
    content = avro(schema, written).replace(b"text 7", b"tex\xff 7")
    rows = bench.read(content, TEXT)
    assert [n for n, row in enumerate(rows) if row["problem"]] == [7]
    assert rows[7]["problem"] == "a text in the record isn't UTF-8"
    assert json.loads(rows[7]["payload"])["text"] == "tex� 7"
    assert rows[8]["text"] == "text 8"


def packed_bomb(codec: str) -> bytes:
    return avro(record(text="string"), [{"text": "x" * 3_000_000}], codec)


@pytest.mark.parametrize("codec", CODECS)
def test_a_block_beyond_the_bound_is_refused(bench, codec):
    bench.path.write_bytes(packed_bomb(codec))
    header = read_header(bench.path)
    with pytest.raises(DropError, match="block 1, from record 1, has more than 2000000 bytes"):
        list(read_blocks(bench.path, header, 2_000_000))
    (block,) = read_blocks(bench.path, header, 4_000_000)
    assert block.count == 1


def test_large_blocks_are_decoded_in_parts(bench):
    with (
        mock.patch.object(avro_decoding, "MAX_ARROW_BYTES", 40_000),
        mock.patch.object(avro_decoding, "PART_ROWS", 7),
        mock.patch.object(Decoder, "_by_polars", side_effect=AssertionError),
    ):
        in_parts = bench.read(avro(SCHEMA, RECORDS), TEXT)
    assert in_parts == bench.read(file("null"), TEXT)


def test_arrays_that_would_fill_the_memory_are_refused(bench):
    item = {"type": "record", "name": "wide", "fields": []}
    item["fields"] = [{"name": f"c{n}", "type": ["null", "long"]} for n in range(50)]
    items = {"type": "array", "items": ["null", item]}
    content = avro(record(text="string", items=items), [{"text": "", "items": [None] * 9000}])
    assert len(bench.read(content, TEXT)) == 1
    with mock.patch.object(avro_decoding, "MAX_ARRAYS_BYTES", 1_000_000):
        assert "take too much memory" in bench.refused(content, TEXT)


def test_records_that_take_no_byte_are_counted_within_reason(bench):
    content = avro(record(nothing="null"), [{"nothing": None}] * 9)
    assert [row["payload"] for row in bench.read(content)] == ['{"nothing":null}'] * 9
    with mock.patch.object(avro_decoding, "MAX_EMPTY_ROWS", 8):
        assert "can be believed" in bench.refused(content)
