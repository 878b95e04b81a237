"""A source of many drops as days bring them: feeds and formats mixed, some bad, some twice."""

import bz2
import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from made_avro import CODECS, avro, record
from made_feeds import FeedBench, feed, field, texts

from ingest.readers.unpacking import zstd

START = 1_700_000_000
KEY = "a key that only tests have"


def zipped(content: bytes) -> bytes:
    """An archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo("drop"), content)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    """The same bytes whenever it is made."""
    return gzip.compress(content, mtime=0)


def zstd_checked(content: bytes) -> bytes:
    """One frame with a checksum."""
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzipped,
    ".zst": zstd_checked,
    ".bz2": bz2.compress,
    ".zip": zipped,
}
PLAY = record(viewer="string", title=["null", "string"], seconds="long", price="double")

FEEDS = [
    feed(
        "sessions",
        field("id", required=True),
        field("started_at", "timestamp", required=True),
        field("seconds", "integer", logicalTypeOptions={"minimum": 0}),
        field("place", path="device.place"),
        settings={"timezone": "UTC"},
    ),
    feed(
        "spots",
        field("spot", required=True, unique=True),
        field("price", "number"),
        field("on_date", "date"),
        *texts("note"),
        server={"format": "csv", "delimiter": ";", "trailerPattern": r"^END;(\d+)"},
    ),
    feed(
        "plays",
        field("viewer", required=True, classification="pii"),
        *texts("title"),
        field("seconds", "integer", required=True),
        field("price", "number"),
        server={"format": "avro"},
    ),
    feed(
        "stations",
        field("station", primaryKey=True, primaryKeyPosition=1),
        *texts("name"),
        server={"format": "csv", "delimiter": ","},
        settings={"feedKind": "reference", "effectiveAt": "store_time"},
    ),
    feed(
        "shows",
        field("show", primaryKey=True, primaryKeyPosition=1),
        *texts("name"),
        settings={"feedKind": "reference", "effectiveAt": "store_time"},
    ),
]


def _sessions(random_: random.Random) -> bytes:
    records: list[Any] = [
        {
            "id": f"s{random_.randrange(10**9)}",
            "started_at": f"2024-01-{random_.randint(1, 31):02}T10:00:00Z",
            "seconds": random_.choice([0, 60, -1, "x", None, 7200]),
            "device": {"place": random_.choice(["home", "away", None])},
            "more": n,
        }
        for n in range(random_.randint(1, 60))
    ]
    match random_.randrange(3):
        case 0:
            broken = random_.choice([b"", b"{broken\n", b"5\n"])
            return b"".join(json.dumps(r).encode() + b"\n" for r in records) + broken + b"{}\n"
        case 1:
            return json.dumps(records).encode()
        case _:
            return json.dumps({"sessions": records}).encode()


def _spots(random_: random.Random) -> bytes:
    prices, notes = ["1.50", "", "1,5"], ["", "plain", '"two\nlines; one"', "too;many"]
    rows = [
        f'"s{random_.randrange(40)}";{random_.choice(prices)};2024-02-{n % 31:02};'
        f"{random_.choice(notes)}\n"
        for n in range(random_.randint(1, 60))
    ]
    return f"spot;price;on_date;note\n{''.join(rows)}END;{len(rows)};;\n".encode()


def _plays(random_: random.Random) -> bytes:
    rows = [
        {
            "viewer": random_.choice(["ann", "bob", "", "Zoë"]),
            "title": random_.choice([None, "news", "a\0b"]),
            "seconds": random_.randrange(10**6),
            "price": random_.choice([0.5, 1.005, 3.0]),
        }
        for _ in range(random_.randint(1, 60))
    ]
    return avro(PLAY, rows, random_.choice(CODECS), sync_interval=200)


def _stations(version: int) -> bytes:
    return b"station,name\na,Name %d\nb,B\n" % version


def _shows(version: int) -> bytes:
    return json.dumps([{"show": "a", "name": f"Name {version}"}]).encode()


EVENTS = {"sessions.json": _sessions, "spots.csv": _spots, "plays.avro": _plays}
REFERENCES = {"stations.csv": _stations, "shows.json": _shows}


def make_source(bench: FeedBench, count: int, seed: int) -> None:
    """Fill the bench's folder with drops; each kind of trouble is among them."""
    random_ = random.Random(seed)  # noqa: S311 - the same drops in every run
    delivered: list[tuple[str, bytes]] = []
    for number in range(count):
        kind = random_.random()
        if kind < 0.1 and delivered:
            name, content = random_.choice(delivered)
            packing = ""
        elif kind < 0.3:
            name = random_.choice(list(REFERENCES))
            content, packing = REFERENCES[name](random_.randrange(2)), ""
        else:
            name = random_.choice(list(EVENTS))
            content, packing = EVENTS[name](random_), random_.choice(list(PACK))
            content = PACK[packing](content)
            if kind < 0.4:
                content = content[: random_.randrange(len(content))]
            elif not packing:
                delivered.append((name, content))
        feed_name, _, suffix = name.partition(".")
        path = bench.write(f"{number % 7}/{feed_name}_{number}.{suffix}{packing}", content)
        os.utime(path, (START + number * 60,) * 2)


@dataclass(frozen=True)
class Account:
    """What a warehouse holds, but for times and for the numbers of loads."""

    raw: dict[str, list[tuple]]
    ledger: list[tuple]
    """By URL."""
    order: list[str]
    """URLs of what didn't fail, in the order of load_ids."""


def account(bench: FeedBench, feeds: Iterable[dict] = FEEDS) -> Account:
    """Everything a load leaves behind, once it is seen to hang together."""
    assert bench.unexplained_rows() == 0
    names = [made["name"] for made in feeds]
    raw = {
        name: bench.query(
            f"""
                select ledger.url, landed.* exclude (_load_id, _loaded_at)
                from raw.{name} as landed
                left join raw.loads as ledger
                    on landed._load_id = ledger.load_id and landed._file = ledger.url
                        and ledger.state = 'loaded' and landed._loaded_at = ledger.loaded_at
                order by all
            """
        )
        for name in names
    }
    raw["quarantine"] = bench.query(
        """
            select ledger.url, refused.* exclude (load_id)
            from raw.quarantine as refused
            left join raw.loads as ledger
                on refused.load_id = ledger.load_id and refused.file = ledger.url
                    and ledger.state = 'loaded'
            order by all
        """
    )
    assert all(row[0] for rows in raw.values() for row in rows)
    ledger = bench.query(
        """
            select loads.* exclude (load_id, seconds, loaded_at, follows_load_id), before.url
            from raw.loads as loads
            left join raw.loads as before on loads.follows_load_id = before.load_id
            order by all
        """
    )
    numbers = bench.query("select count(*), count(distinct load_id), min(load_id) from raw.loads")
    assert numbers == [(len(ledger), len(ledger), numbers[0][2])]
    assert numbers[0][2] > 0
    query = "select url from raw.loads where state <> 'failed' order by load_id"
    return Account(raw, ledger, [url for (url,) in bench.query(query)])
