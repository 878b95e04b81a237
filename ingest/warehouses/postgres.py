"""The warehouse on a PostgreSQL server: DuckDB in memory parses and checks, and rows are copied.

Everything goes through one ADBC connection, so that a drop's rows and its ledger row are one
transaction. It sends rows in COPY's binary form, which costs the server half as much as CSV.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ingest.columns import TableColumn
from ingest.errors import UsageError, WarehouseError
from ingest.loading.temporary import temporary_folder
from ingest.settings import Settings
from ingest.sql import identifier
from ingest.warehouses.base import ENGINE_MEMORY, ENGINE_THREADS, Warehouse
from ingest.warehouses.connecting import connect, server_error
from ingest.warehouses.streams import send
from ingest.warehouses.waiting import InUseError, OnWait, patiently

READ_BY = ("_load_id", "_effective_at")
ROWS_AT_ONCE = 20_480
"""Rows that DuckDB hands over together: a multiple of its own 2,048."""


class PostgresWarehouse(Warehouse):
    """A schema of a database."""

    def __init__(self, connection: dbapi.Connection, schema: str) -> None:
        """`connection` is the warehouse's from now on; it holds the loader's lock, if any."""
        self._connection = connection
        self._spill = ExitStack()
        folder = self._spill.enter_context(temporary_folder())
        config = {
            "memory_limit": ENGINE_MEMORY,
            "threads": ENGINE_THREADS,
            "temp_directory": str(folder),
        }
        super().__init__(duckdb.connect(config=config), schema)
        self.engine.execute("set TimeZone = 'UTC'")
        self.engine.execute("set arrow_large_buffer_size = true")
        self.engine.execute("set python_enable_replacements = false")
        self._has_failed = False
        """Whether a statement of the open transaction did: the server would take a commit for a
        rollback, and say nothing."""
        self._types: dict[str, dict[str, str]] = {}
        self._thread = ThreadPoolExecutor(1, "postgres")
        """Talks to the server: in the main thread, ADBC takes an interrupt for itself, and a drop
        would fail where the loader should stop."""

    def close(self) -> None:
        """Disconnect: the server rolls back what is open, and frees the lock."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()
        self.engine.close()
        self._spill.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Roll back whatever the reason, an interrupt included."""
        self.execute("begin")
        self._has_failed = False
        try:
            yield
            if self._has_failed:
                raise WarehouseError("PostgreSQL: a statement failed, so nothing can be committed")
            self.execute("commit")
        except BaseException:
            with suppress(WarehouseError):  # where the connection is lost, that was the rollback
                self.execute("rollback")
            raise

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

        def fetch() -> list[tuple[Any, ...]]:
            with self._cursor() as cursor:
                cursor.execute(sql, list(parameters) or None)
                return cursor.fetchall()

        return self._thread.submit(fetch).result()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement that returns nothing."""

        def run() -> None:
            with self._cursor() as cursor:
                cursor.execute(sql, list(parameters) or None)

        self._thread.submit(run).result()

    def insert(
        self, table: str, columns: Sequence[str], select: str, parameters: Sequence[object] = ()
    ) -> int:
        """Rows are sent while the engine makes the next ones; nothing is held but a few batches."""
        types = self._types_of(table)
        names = [identifier(column) for column in columns]
        casts = [f"{n}::{types[c]} as {n}" for n, c in zip(names, columns, strict=True)]
        sql = f"select {', '.join(casts)} from ({select}) as made ({', '.join(names)})"
        rows = self.engine.sql(sql, params=list(parameters)).to_arrow_reader(ROWS_AT_ONCE)

        def ingest(sent: pa.RecordBatchReader) -> int:
            with self._cursor() as cursor:
                return cursor.adbc_ingest(table, sent, mode="append", db_schema_name=self.schema)

        return send(rows, ingest, self._thread)

    def type_name(self, sql_type: str) -> str:
        """As the catalogue of the server prints it."""
        match sql_type:
            case "string":
                return "text"
            case "time" | "timestamp":
                return f"{sql_type} without time zone"
            case _:
                return sql_type.replace("decimal(", "numeric(").replace(", ", ",")

    def column_types(self) -> dict[str, dict[str, str]]:
        """As the catalogue of the server has them."""
        found: dict[str, dict[str, str]] = {}
        query = """
            select tables.relname, columns.attname,
                format_type(columns.atttypid, columns.atttypmod)
            from pg_catalog.pg_attribute as columns
            inner join pg_catalog.pg_class as tables on tables.oid = columns.attrelid
            inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
            where schemas.nspname = $1::varchar and tables.relkind in ('r', 'p')
                and columns.attnum > 0 and not columns.attisdropped
        """
        for table, column, data_type in self.query(query, [self.schema]):
            found.setdefault(table, {})[column] = data_type
        return found

    def _changes(
        self, name: str, columns: Iterable[TableColumn], known: dict[str, str]
    ) -> list[str]:
        """A feed's table gets a small index by load and instant: builds read what is new, or late.

        Its rows lie in the order of their loads, so that the least and greatest per block will do.
        """
        columns = list(columns)
        statements = super()._changes(name, columns, known)
        if not known and (read_by := [column.name for column in columns if column.name in READ_BY]):
            options = "with (pages_per_range = 32, autosummarize = on)"
            statements.append(
                f"create index on {self.table(name)} using brin ({', '.join(read_by)}) {options}"
            )
        return statements

    def lock(self, work: str, *, shared: bool = False) -> None:
        """Keep others from a kind of work while it is connected; InUseError if one is at it.

        Who shares a lock only keeps off those who don't. dbt takes the same ones:
        macros/engine/lock_key.sql.
        """
        key = "hashtextextended($1::varchar, 0)"
        name = f"audience-vault {work} of {self.schema}"
        attempt = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
        if self.query(f"select {attempt}({key})", [name])[0][0]:
            return
        holders = self.query(
            f"""
            select activity.application_name
            from pg_catalog.pg_locks as locks
            inner join pg_catalog.pg_stat_activity as activity on activity.pid = locks.pid
            where locks.locktype = 'advisory' and locks.objsubid = 1 and locks.granted
                and activity.datname = current_database()
                and ((locks.classid::bigint << 32) | locks.objid::bigint) = {key}
            """,
            [name],
        )
        holder = holders[0][0] if holders else "another process"
        raise InUseError(f"the schema {self.schema} on PostgreSQL", holder)

    def _types_of(self, table: str) -> dict[str, str]:
        if table not in self._types:
            self._types = self.column_types()
        if table not in self._types:
            raise WarehouseError(f"there is no table {self.table(table)}")
        return self._types[table]

    @contextmanager
    def _cursor(self) -> Iterator[dbapi.Cursor]:
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except dbapi.Error as error:
            self._has_failed = True
            raise server_error(error) from error
        except BaseException:
            self._has_failed = True
            raise


def open_schema_for_loading(settings: Settings, on_wait: OnWait) -> PostgresWarehouse:
    """The warehouse, locked."""
    warehouse = open_schema(settings)
    try:
        patiently(lambda: warehouse.lock("loader"), settings.lock_wait_seconds, on_wait)
    except BaseException:
        warehouse.close()
        raise
    return warehouse


def open_schema_for_reading(settings: Settings) -> PostgresWarehouse:
    """The warehouse; nothing can be changed in it."""
    warehouse = open_schema(settings)
    warehouse.execute("set default_transaction_read_only = on")
    return warehouse


def open_schema(settings: Settings) -> PostgresWarehouse:
    """The warehouse as it is, beside whoever else works on it."""
    if not settings.postgres_dsn:
        raise UsageError("AUDIENCE_VAULT_POSTGRES is not set; it says where the warehouse is")
    return PostgresWarehouse(connect(settings.postgres_dsn), settings.schema("raw"))
