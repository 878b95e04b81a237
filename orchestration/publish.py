"""Publishes the marts: one DuckDB file beside the warehouse, replaced as a whole."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.errors import UsageError, WarehouseError
from ingest.settings import Settings
from ingest.sql import identifier, literal
from ingest.warehouses import open_for_reading

MARTS = "marts"
"""Schema of the published file, with or without a prefix in the warehouse."""
STORAGE_VERSION = "v1.2.0"
"""DuckDB from 1.2 on can open the file; BI drivers lag behind the engine."""
SNAPSHOT_COMMENTS = {
    "build_id": "The build whose marts these are.",
    "as_of_load": "The last load that the build read.",
    "git_commit": "Commit of the code that published, '-dirty' if changed; null if unknown.",
    "published_at": "When the file was published, in UTC.",
}


class PublishError(Exception):
    """The marts can't be published as they are; the message says what to do first."""


@dataclass(frozen=True)
class _Build:
    build_id: str
    as_of_load: int


def publish(settings: Settings) -> Path:
    """Copy every mart into a new file, then put it in the place of the published one.

    Readers that have the old file open keep it; those that open it later see the new one. Whatever
    goes wrong, the old file stays as it is.
    """
    build = _complete_build(settings)
    published = settings.published_path
    temporary = published.with_name(f"{published.name}.new")
    _clear(temporary)
    try:
        _write(settings, build, temporary)
        _sync(temporary)
        temporary.replace(published)
        _sync(published.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return published


def _complete_build(settings: Settings) -> _Build:
    """The last build; raise PublishError unless every model is as it left it."""
    warehouse = open_for_reading(settings)
    if warehouse is None:
        raise UsageError("nothing is loaded yet; start with `audience-vault load SOURCE`")
    vault = identifier(settings.schema("vault"))
    with warehouse:
        try:
            last = warehouse.engine.execute(
                f"select build_id, as_of_load from {vault}.builds order by started_at desc limit 1"
            ).fetchone()
        except duckdb.CatalogException:
            last = None
        if last is None:
            raise UsageError("nothing is built yet; start with `audience-vault build`")
        build = _Build(*last)
        stale = warehouse.engine.execute(
            f"""
            select wanted.model
            from {vault}.build_fingerprints as wanted
            left join {vault}.progress as built
                on wanted.model = built.model
                and wanted.fingerprint = built.fingerprint
                and built.as_of_load = $1
            where wanted.build_id = $2 and built.model is null
            order by wanted.model
            """,
            [build.as_of_load, build.build_id],
        ).fetchall()
    if stale:
        first = stale[0][0].rpartition(".")[2]
        raise PublishError(
            f"the last build isn't complete: {len(stale)} models behind, {first} first; "
            "run `audience-vault build` until it succeeds"
        )
    return build


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


def _write(settings: Settings, build: _Build, path: Path) -> None:
    warehouse = settings.duckdb_path.stem
    """Views name the warehouse as dbt does: by its file's stem."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        source, target = literal(str(settings.duckdb_path)), literal(str(path))
        connection.execute(f"attach {source} as {identifier(warehouse)} (read_only)")
        version = literal(STORAGE_VERSION)
        connection.execute(f"attach {target} as snapshot (storage_version {version})")
        connection.execute(f"create schema snapshot.{MARTS}")
        schema = settings.schema(MARTS)
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
        _check_reconciliation(connection)
        _copy_comments(connection, warehouse, schema)
        _write_snapshot(connection, build, _git_commit(settings.project_dir))
        connection.execute("detach snapshot")


def _check_reconciliation(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise PublishError unless every row is explained: a build tests new drops only."""
    unexplained = connection.execute(
        f"""
        select feed, load_id, unexplained_rows from snapshot.{MARTS}.reconciliation
        where unexplained_rows <> 0 order by load_id limit 1
        """
    ).fetchone()
    if unexplained:
        feed, load_id, rows = unexplained
        raise PublishError(
            f"load {load_id} of {feed} has {rows} unexplained rows; "
            "see marts.reconciliation, and build with --full-refresh once raw is right"
        )


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


def _write_snapshot(
    connection: duckdb.DuckDBPyConnection, build: _Build, git_commit: str | None
) -> None:
    connection.execute(
        f"""
        create table snapshot.{MARTS}.snapshot as
        select
            $1::varchar as build_id, $2::bigint as as_of_load, $3::varchar as git_commit,
            $4::timestamp as published_at
        """,
        [build.build_id, build.as_of_load, git_commit, datetime.now(UTC).replace(tzinfo=None)],
    )
    _comment(connection, "snapshot", None, "Where this file comes from: one row.")
    for column, comment in SNAPSHOT_COMMENTS.items():
        _comment(connection, "snapshot", column, comment)


def _comment(
    connection: duckdb.DuckDBPyConnection, table: str, column: str | None, comment: str
) -> None:
    name = f"snapshot.{MARTS}.{identifier(table)}"
    what = f"table {name}" if column is None else f"column {name}.{identifier(column)}"
    connection.execute(f"comment on {what} is {literal(comment)}")


def _git_commit(folder: Path) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.strip() or None


def _sync(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
