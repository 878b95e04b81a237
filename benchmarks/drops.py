"""Drops of the feed in every format, written once.

One row in a thousand breaks the contract, a rule of several columns in turn. Clean drops have the
same rows without what is wrong with them.
"""

import io
import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import fastavro
from isal import igzip

from benchmarks.feed import COLUMNS, DEVICES, FEED, UNKNOWN

DISTINCT_ROWS = 1_000_000
"""Larger drops repeat these."""
BAD_EVERY = 1000
GZIP_LEVEL = 2
AVRO_DISTINCT_ROWS = 200_000
AVRO_BLOCK_BYTES = 64 * 1024
ROWS_SQL = f"""
    select
        'E' || lpad(i::varchar, 12, '0') as event_id,
        (hash(i) % 2000000)::bigint as viewer_id,
        case when hash(i, 1) % 10 < 7 then 'H-' || (hash(i, 2) % 800000) end as household,
        ['News, "24"', 'Kanal Ä', 'Sports 1', 'Drama', 'Kids, Family & Co']
            [(hash(i, 3) % 5 + 1)::int] as channel,
        {list(DEVICES)}[(hash(i, 4) % 5 + 1)::int] as device,
        case when hash(i, 5) % 10 < 9
            then 'Programme ' || (hash(i, 6) % 50000) || ', part ' || (hash(i, 7) % 9)
        end as programme,
        (hash(i, 8) % 7200)::bigint as duration_seconds,
        ((hash(i, 9) % 1000000)::bigint / 100)::decimal(12,2) as revenue,
        case when hash(i, 10) % 4 < 3
            then ((hash(i, 11) % 1000000)::bigint / 10000)::decimal(9,4)
        end as rating,
        hash(i, 12) % 2 = 0 as is_live,
        date '2024-01-01' + (i * 366 // {DISTINCT_ROWS})::int as broadcast_date,
        timestamp '2024-01-01' + to_seconds(i * 31622400 // {DISTINCT_ROWS}) as started_at,
        '7.' || (hash(i, 13) % 40) as {UNKNOWN}
    from range({{rows}}) as rows (i)
    order by i
"""
INSTANT = "strftime(started_at, '%Y-%m-%dT%H:%M:%SZ')"
MISTAKES = {
    "viewer_id": "'unknown'",
    "device": "'toaster'",
    "revenue": "'1.005'",
    "duration_seconds": "'-5'",
    "broadcast_date": "'2024-02-30'",
}


def write_drop(path: Path, rows: int, *, dirty: bool) -> None:
    """Write a drop in the format of its name's suffixes, unless it is there."""
    if path.exists():
        return
    writing = path.with_name(f"{path.name}.part")
    match path.name.split(".", 1)[1]:
        case "csv":
            _write_csv(writing, rows, dirty=dirty)
        case "csv.gz":
            plain = path.with_name(path.name.removesuffix(".gz"))
            write_drop(plain, rows, dirty=dirty)
            with plain.open("rb") as source, igzip.open(writing, "wb", GZIP_LEVEL) as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
        case "jsonl":
            _write_lines(writing, rows, dirty=dirty)
        case "json":
            _write_list(writing, rows, dirty=dirty)
        case "avro":
            _write_avro(writing, rows, dirty=dirty)
        case suffix:
            raise ValueError(f"no drop is written as {suffix}")
    writing.rename(path)


def write_small_drops(folder: Path, drops: int, rows: int) -> None:
    """Write `drops` CSV files of `rows` clean rows each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = _csv_lines(drops * rows, dirty=False).splitlines(keepends=True)
    for n in range(drops):
        part = lines[1 + n * rows : 1 + (n + 1) * rows]
        (folder / f"{FEED}_{n:05}.csv").write_bytes(b"".join([lines[0], *part]))


def _write_csv(path: Path, rows: int, *, dirty: bool) -> None:
    content = _csv_lines(min(rows, DISTINCT_ROWS), dirty=dirty)
    header, body = content.split(b"\n", 1)
    with path.open("wb") as file:
        file.write(header + b"\n")
        _repeat(file.write, body, rows)


def _csv_lines(rows: int, *, dirty: bool) -> bytes:
    with duckdb.connect() as engine:
        columns = [*COLUMNS, UNKNOWN]
        values = [f"{_value(column, dirty=dirty)} as {column}" for column in columns]
        return _copied(engine, f"select {', '.join(values)} from ({_numbered(rows)})", "header")


def _write_lines(path: Path, rows: int, *, dirty: bool) -> None:
    body = _json_lines(min(rows, DISTINCT_ROWS), dirty=dirty)
    with path.open("wb") as file:
        _repeat(file.write, body, rows)


def _write_list(path: Path, rows: int, *, dirty: bool) -> None:
    body = _json_lines(min(rows, DISTINCT_ROWS), dirty=dirty).replace(b"}\n", b"},\n")
    with path.open("wb") as file:
        file.write(b"[")
        _repeat(file.write, body, rows)
        file.seek(-2, 2)
        file.write(b"\n]")


def _json_lines(rows: int, *, dirty: bool) -> bytes:
    """Numbers and booleans as JSON has them; a mistake is a text."""
    columns = {name: name for name in [*COLUMNS, UNKNOWN]} | {"started_at": INSTANT}
    pairs = ", ".join(f"{name} := {value}" for name, value in columns.items())
    line = f"to_json(struct_pack({pairs}))::varchar"
    if dirty:
        whens = " ".join(
            f"when {_is_bad(name)} then json_merge_patch({line}, json_object('{name}', {mistake}))"
            for name, mistake in MISTAKES.items()
        )
        line = f"case {whens} else {line} end"
    with duckdb.connect() as engine:
        options = "header false, quote '', escape '', delimiter '\x01'"
        return _copied(engine, f"select {line} as line from ({_numbered(rows)})", options)


def _write_avro(path: Path, rows: int, *, dirty: bool) -> None:
    """Blocks as Avro's Java library writes them; only what the type allows can be wrong."""
    names = ", ".join([*COLUMNS, UNKNOWN])
    with duckdb.connect() as engine:
        query = f"select * from ({_numbered(min(rows, AVRO_DISTINCT_ROWS))})"
        if dirty:
            query = f"select * replace ({_avro_mistake()}) from ({query})"
        table = engine.sql(f"select {names} from ({query})").to_arrow_table()
    records = [_zoned(record) for record in table.to_pylist()]
    repeats, rest = divmod(rows, len(records))
    header, body, last = (_avro(part) for part in ([], records, records[:rest]))
    with path.open("wb") as file:
        file.write(header)
        for _ in range(repeats):
            file.write(body[len(header) :])
        file.write(last[len(header) :])


def _avro(records: list[dict]) -> bytes:
    """A whole file; with the same mark between blocks, those of one fit into another."""
    file = io.BytesIO()
    mark = b"audience-vault-b"
    fastavro.writer(file, _avro_schema(), records, sync_interval=AVRO_BLOCK_BYTES, sync_marker=mark)
    return file.getvalue()


def _zoned(record: dict) -> dict:
    return record | {"started_at": record["started_at"].replace(tzinfo=UTC)}


def _avro_mistake() -> str:
    return f"case when n % {BAD_EVERY} = 0 then 'toaster' else device end as device"


def _avro_schema() -> dict[str, object]:
    fields = []
    for name, sql_type in (COLUMNS | {UNKNOWN: "varchar"}).items():
        match sql_type.removesuffix(")").replace("(", ",").split(","):
            case ["decimal", precision, scale]:
                sizes = {"precision": int(precision), "scale": int(scale)}
                avro_type: object = {"type": "bytes", "logicalType": "decimal", **sizes}
            case [simple]:
                avro_type = {
                    "varchar": "string",
                    "bigint": "long",
                    "boolean": "boolean",
                    "date": {"type": "int", "logicalType": "date"},
                    "timestamp": {"type": "long", "logicalType": "timestamp-millis"},
                }[simple]
        is_optional = name in ("household", "programme", "rating")
        fields.append({"name": name, "type": ["null", avro_type] if is_optional else avro_type})
    return {"type": "record", "name": FEED, "fields": fields}


def _numbered(rows: int) -> str:
    return f"select *, row_number() over () as n from ({ROWS_SQL.format(rows=rows)})"


def _is_bad(column: str) -> str:
    turn = list(MISTAKES).index(column)
    return f"n % {BAD_EVERY} = 0 and n // {BAD_EVERY} % {len(MISTAKES)} = {turn}"


def _value(column: str, *, dirty: bool) -> str:
    value = INSTANT if column == "started_at" else column
    if not dirty or column not in MISTAKES:
        return value
    return f"case when {_is_bad(column)} then {MISTAKES[column]} else {value}::varchar end"


def _copied(engine: duckdb.DuckDBPyConnection, query: str, options: str) -> bytes:
    """What DuckDB's COPY writes of a query."""
    with TemporaryDirectory(prefix="audience-vault-bench-") as folder:
        path = Path(folder) / "copied"
        engine.execute(f"copy ({query}) to '{path}' (format csv, {options})")
        return path.read_bytes()


def _repeat(write: Callable[[bytes], object], lines: bytes, rows: int) -> None:
    """Write `rows` lines, from the first again after the last."""
    repeats, rest = divmod(rows, DISTINCT_ROWS)
    for _ in range(repeats):
        write(lines)
    if rest:
        write(b"".join(lines.splitlines(keepends=True)[:rest]))
