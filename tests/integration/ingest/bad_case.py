"""What a drop of bad input becomes, and the feeds that such drops are delivered to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as data_field
from pathlib import Path

import duckdb
from made_feeds import FeedBench, feed, field, texts

from ingest.settings import Settings

RULES = {
    *("record", "fields", "required", "zone", "type", "valid values"),
    *("minimum", "maximum", "pattern", "unique"),
}


@dataclass(frozen=True)
class Case:
    """A drop of one of FEEDS. With `failed`, nothing of it lands."""

    feed: str
    content: bytes
    failed: str = ""
    """Part of the reason."""
    aside: tuple[tuple[int, str | None, str], ...] = ()
    """Row number, column and rule of each row in quarantine."""
    payload: str | None = None
    """What quarantine keeps of the first of them, where that is more than its JSON."""
    rows: int | None = None
    """How many land; one if it isn't said."""
    values: tuple[dict[str, object], ...] = ()
    """Some columns of each row that lands."""
    suffix: str = ".drop"
    beside: Mapping[str, bytes] = data_field(default_factory=dict)
    """Files beside the drop, by what their names have after its own."""

    @property
    def rows_landed(self) -> int:
        """How many rows raw has afterwards."""
        if self.failed:
            return 0
        return len(self.values) or (1 if self.rows is None else self.rows)


def failed(name: str, content: bytes, reason: str, **rest: object) -> Case:
    """A drop of which nothing lands."""
    return Case(name, content, failed=reason, **rest)


def aside(name: str, content: bytes, *rows: tuple[int, str | None, str], **rest: object) -> Case:
    """A drop with rows that are put aside, and one other row unless more is said."""
    return Case(name, content, aside=rows, **rest)


def landed(name: str, content: bytes, *values: dict[str, object], **rest: object) -> Case:
    """A drop whose rows all land."""
    return Case(name, content, values=values, **rest)


def make_bench(settings: Settings, home: Path, names: Iterable[str]) -> FeedBench:
    """A bench with some of FEEDS: each table that isn't made saves 10 ms."""
    wanted = {*names}
    return FeedBench.made(settings, home, *(made for made in FEEDS if made["name"] in wanted))


def check(warehouse: duckdb.DuckDBPyConnection, case: Case, url: str) -> None:
    """The ledger, raw and quarantine say what the case does."""

    def query(sql: str) -> list[tuple]:
        return warehouse.execute(sql, [url]).fetchall()

    ((state, error),) = query("select state, error from raw.loads where url = $1")
    assert state == ("failed" if case.failed else "loaded"), error
    assert case.failed in (error or "")
    assert query(f"select count(*) from raw.{case.feed} where _file = $1") == [(case.rows_landed,)]
    quarantined = query(
        "select row_number, column_name, rule, reason, payload from raw.quarantine "
        "where file = $1 order by row_number"
    )
    assert tuple(row[:3] for row in quarantined) == case.aside
    assert all(reason for *_, reason, _ in quarantined)
    if case.payload is not None:
        assert quarantined[0][4] == case.payload
    if case.values:
        names = ", ".join(f'"{name}"' for name in case.values[0])
        found = query(f"select {names} from raw.{case.feed} where _file = $1 order by _row")
        assert found == [tuple(row.values()) for row in case.values]


def valid_values(*values: str) -> list[dict]:
    """The rule of that name."""
    return [{"metric": "invalidValues", "arguments": {"validValues": [*values]}, "mustBe": 0}]


ID = field("id", required=True)
COLUMNS = {
    made["name"]: made
    for made in (
        field("code", quality=valid_values("A", "B")),
        field("on_date", "date", logicalTypeOptions={"minimum": "2000-01-01"}),
        field("at_time", "time"),
        field("at", "timestamp"),
        field("local", "timestamp", logicalTypeOptions={"defaultTimezone": "Europe/Berlin"}),
        field("seconds", "integer", logicalTypeOptions={"minimum": 0, "maximum": 86400}),
        field("price", "number"),
        field("is_live", "boolean"),
        field("postcode", logicalTypeOptions={"pattern": "^[0-9]{5}$"}),
        field("genre", aliases=["kind"]),
    )
}
UNFORGIVING = field("code", quality=valid_values("A", "B"), failDropOn=["valid values"])
CSV = {"format": "csv", "delimiter": ","}
AVRO = {"format": "avro"}


def some(*names: str) -> list[dict]:
    """The id and some columns; a drop costs 5 ms for each."""
    return [ID, *(COLUMNS[name] for name in names)]


FEEDS = [
    feed("events", *some("code", "seconds", "price", "genre"), field("place", path="device.place")),
    feed("table", *some("code", "price", "genre"), server=CSV),
    feed("plays", *some("seconds", "price", "genre", "at"), server=AVRO),
    *(feed(f"{name}_json", *some(name)) for name in COLUMNS),
    *(feed(f"{name}_csv", *some(name), server=CSV) for name in COLUMNS),
    *(feed(f"{name}_avro", *some(name), server=AVRO) for name in COLUMNS),
    feed("strict", *some("code"), settings={"quarantineThresholdPct": 5}),
    feed("unforgiving", ID, UNFORGIVING, settings={"failDropOn": ["record"]}),
    feed("small", ID, server={"maxBytes": 100}),
    feed("ended", ID, server={"finalLineEnd": "required"}),
    feed("lined", ID, *texts("name"), server=CSV | {"finalLineEnd": "required"}),
    feed("counted", ID, *texts("name"), server=CSV | {"trailerPattern": r"^END,(\d+)$"}),
    feed("stated", ID, *texts("name"), server=CSV | {"manifestSuffix": ".manifest"}),
    feed("marked", ID, *texts("name"), server=CSV | {"marker": ".done"}),
    feed("western", ID, server=CSV | {"encoding": "windows-1252"}),
    feed("ascii", ID, server=CSV | {"encoding": "ascii"}),
    feed("wide", ID, server=CSV | {"encoding": "utf-16"}),
    feed(
        "comma",
        *some("price"),
        server={"format": "csv", "delimiter": ";", "decimalSeparator": ",", "nullValues": ["-"]},
    ),
    feed("one", field("id"), server=CSV),
    feed("once", field("id", required=True, unique=True)),
    feed("pairs", ID, field("day", required=True), unique_together=["id", "day"]),
]
