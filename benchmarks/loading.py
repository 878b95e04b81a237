"""What is measured: our loader, and the bare statements beside it."""

from pathlib import Path

import duckdb
import polars as pl
import psycopg

from benchmarks.feed import COLUMNS, FEED, UNKNOWN, write_contract
from ingest.loading.loader import load
from ingest.settings import Settings
from ingest.warehouses.duckdb import CONFIG

COPY_BYTES = 1024 * 1024
BARE_COLUMNS = COLUMNS | {UNKNOWN: "varchar"}
DROP = "{drop}"
"""Where the statements below name the file."""
STRUCT = ", ".join(f"{name}: '{sql_type}'" for name, sql_type in BARE_COLUMNS.items())
CSV_READER = f"""read_csv(
    '{DROP}',
    columns = {{{STRUCT}}},
    header = true, delim = ',', quote = '"', escape = '"'
)"""
BARE_CSV = f"create table bare as select * from {CSV_READER}"
BARE_LINES = f"""create table bare as select * from read_json(
    '{DROP}',
    columns = {{{STRUCT}}},
    format = 'newline_delimited'
)"""
BARE_FRAME = "create table bare as select * from frame"
BARE_AVRO = f"frame = polars.read_avro('{DROP}')\n{BARE_FRAME}"
BARE_INSERT = f"insert into bare select * from {CSV_READER}"
PORTABLE = {"varchar": "text"}
BARE_TABLE = ", ".join(
    f"{name} {PORTABLE.get(sql_type, sql_type)}" for name, sql_type in BARE_COLUMNS.items()
)
BARE_COPY = "copy bare from stdin (format csv, header)"


def load_drops(source: Path, file_format: str, dsn: str | None, folder: Path) -> int:
    """Load with our loader into DuckDB, or the PostgreSQL of a DSN; the rows in its ledger."""
    write_contract(folder, file_format)
    settings = Settings(
        target="postgres" if dsn else "duckdb",
        duckdb_path=folder / "warehouse.duckdb",
        schema_prefix="bench_",
        project_dir=folder,
        settle_seconds=0,
        postgres_dsn=dsn,
    )
    if dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("drop schema if exists bench_raw cascade")
    results = load(source, settings, FEED).results
    if errors := [result.error for result in results if result.error]:
        raise RuntimeError(errors[0])
    return sum(result.rows_loaded + result.rows_quarantined for result in results)


def bare_csv(drop: Path, folder: Path) -> int:
    """DuckDB's CSV reader with the contract's types, into a table."""
    with _engine(folder) as engine:
        return _count(engine.execute(BARE_CSV.replace(DROP, str(drop))))


def bare_lines(drop: Path, folder: Path) -> int:
    """DuckDB's reader of JSON lines with the contract's types, into a table."""
    with _engine(folder) as engine:
        return _count(engine.execute(BARE_LINES.replace(DROP, str(drop))))


def bare_avro(drop: Path, folder: Path) -> int:
    """The whole file by Polars, then into a table."""
    frame = pl.read_avro(drop)  # noqa: F841 - DuckDB finds it by its name
    with _engine(folder) as engine:
        return _count(engine.execute(BARE_FRAME))


def bare_inserts(drops: Path, folder: Path) -> int:
    """One insert for each CSV file, each with its own commit."""
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in BARE_COLUMNS.items())
    with _engine(folder) as engine:
        engine.execute(f"create table bare ({columns})")
        inserts = [BARE_INSERT.replace(DROP, str(drop)) for drop in sorted(drops.iterdir())]
        return sum(_count(engine.execute(insert)) for insert in inserts)


def bare_copy(drop: Path, dsn: str, _: Path) -> int:
    """PostgreSQL's COPY from its client, into a table."""
    with psycopg.connect(dsn) as connection, drop.open("rb") as file:
        connection.execute("drop table if exists bare")
        connection.execute(f"create table bare ({BARE_TABLE})")
        with connection.cursor() as cursor:
            with cursor.copy(BARE_COPY) as copy:
                while content := file.read(COPY_BYTES):
                    copy.write(content)
            return cursor.rowcount


def _engine(folder: Path) -> duckdb.DuckDBPyConnection:
    """A file as our own warehouse has it."""
    return duckdb.connect(folder / "bare.duckdb", config=CONFIG)


def _count(result: duckdb.DuckDBPyConnection) -> int:
    return int(result.fetchall()[0][0])
