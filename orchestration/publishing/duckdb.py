"""Publishes the marts as a DuckDB file beside the warehouse, replaced as a whole."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import UsageError, WarehouseError
from ingest.sql import identifier, literal
from ingest.warehouses import open_for_reading
from orchestration.publishing.base import (
    SNAPSHOT,
    SNAPSHOT_COLUMNS,
    SNAPSHOT_COMMENT,
    Build,
    PublishedMarts,
    complete_build,
    refuse_unexplained_rows,
    snapshot_row,
)

MARTS = "marts"
"""Schema of the published file, with or without a prefix in the warehouse."""
STORAGE_VERSION = "v1.2.0"
"""DuckDB from 1.2 on can open the file; BI drivers lag behind the engine."""


class PublishedFile(PublishedMarts):
    """Readers that have the old file open keep it; those that open it later see the new one."""

    schema = MARTS

    @property
    def path(self) -> Path:
        """The file."""
        return self.settings.published_path

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def replace(self) -> None:
        """Copy every mart into a new file, then put it in the place of the published one."""
        warehouse = open_for_reading(self.settings)
        if warehouse is None:
            raise UsageError("nothing is loaded yet; start with `audience-vault load SOURCE`")
        with warehouse:
            build = complete_build(warehouse, self.settings)
        temporary = self.path.with_name(f"{self.path.name}.new")
        _clear(temporary)
        try:
            self._write(build, temporary)
            _sync(temporary)
            temporary.replace(self.path)
            _sync(self.path.parent)
        finally:
            temporary.unlink(missing_ok=True)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with duckdb.connect(self.path, read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def _write(self, build: Build, path: Path) -> None:
        warehouse = self.settings.duckdb_path.stem
        """Views name the warehouse as dbt does: by its file's stem."""
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            source, target = literal(str(self.settings.duckdb_path)), literal(str(path))
            connection.execute(f"attach {source} as {identifier(warehouse)} (read_only)")
            version = literal(STORAGE_VERSION)
            connection.execute(f"attach {target} as snapshot (storage_version {version})")
            connection.execute(f"create schema snapshot.{MARTS}")
            schema = self.settings.schema(MARTS)
            for (name,) in connection.execute(
                """
                select table_name from information_schema.tables
                where table_catalog = $1 and table_schema = $2 order by table_name
                """,
                [warehouse, schema],
            ).fetchall():
                table = f"snapshot.{MARTS}.{identifier(name)}"
                mart = f"{identifier(warehouse)}.{identifier(schema)}.{identifier(name)}"
                connection.execute(f"create table {table} as select * from {mart}")
            refuse_unexplained_rows(
                lambda sql: connection.execute(sql).fetchall(), f"snapshot.{MARTS}.reconciliation"
            )
            _copy_comments(connection, warehouse, schema)
            _write_snapshot(connection, snapshot_row(build, self.settings))
            connection.execute("detach snapshot")


def _clear(temporary: Path) -> None:
    """Remove what a publish that was killed left; raise WarehouseError if it is still at work."""
    if temporary.exists():
        try:
            duckdb.connect(temporary).close()
        except duckdb.Error as error:
            if "lock" in str(error):
                raise WarehouseError(
                    f"{temporary} is being written; wait until it is done"
                ) from None
    for leftover in (temporary, temporary.with_name(f"{temporary.name}.wal")):
        leftover.unlink(missing_ok=True)


def _copy_comments(connection: duckdb.DuckDBPyConnection, warehouse: str, schema: str) -> None:
    of_tables = connection.execute(
        """
        select table_name, null, comment from duckdb_tables()
        where database_name = $1 and schema_name = $2 and comment is not null
        union all
        select view_name, null, comment from duckdb_views()
        where database_name = $1 and schema_name = $2 and comment is not null
        union all
        select table_name, column_name, comment from duckdb_columns()
        where database_name = $1 and schema_name = $2 and comment is not null
        """,
        [warehouse, schema],
    ).fetchall()
    for table, column, comment in of_tables:
        _comment(connection, table, column, comment)


def _write_snapshot(connection: duckdb.DuckDBPyConnection, row: list[object]) -> None:
    values = ", ".join(
        f"${number}::{sql_type} as {name}"
        for number, (name, (sql_type, _)) in enumerate(SNAPSHOT_COLUMNS.items(), 1)
    )
    connection.execute(f"create table snapshot.{MARTS}.{SNAPSHOT} as select {values}", row)
    _comment(connection, SNAPSHOT, None, SNAPSHOT_COMMENT)
    for column, (_, comment) in SNAPSHOT_COLUMNS.items():
        _comment(connection, SNAPSHOT, column, comment)


def _comment(
    connection: duckdb.DuckDBPyConnection, table: str, column: str | None, comment: str
) -> None:
    name = f"snapshot.{MARTS}.{identifier(table)}"
    what = f"table {name}" if column is None else f"column {name}.{identifier(column)}"
    connection.execute(f"comment on {what} is {literal(comment)}")


def _sync(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
